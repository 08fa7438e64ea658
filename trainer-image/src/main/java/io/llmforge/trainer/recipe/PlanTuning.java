package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.LoraDetails;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.OptimizerPlan;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.AdapterDetails;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.optim.LearningRateSchedule;

/** The plan's words for what the model and the optimizer know under their own names. */
final class PlanTuning {

  private PlanTuning() {}

  /**
   * What is trained. Preferences are learned without dropout, as TRL learns them: the model must
   * equal its reference at the first step.
   */
  static Tuning of(TrainingPlan plan) {
    boolean drops = !(plan.objective() instanceof Objective.PreferenceTuning);
    return switch (plan.tuning()) {
      case io.llmforge.crds.plan.Tuning.FullParameter ignored -> new Tuning.FullParameter();
      case io.llmforge.crds.plan.Tuning.Lora lora ->
          new Tuning.Lora(
              lora.rank(),
              lora.alpha(),
              drops ? lora.dropout() : 0,
              targets(lora.targets()),
              lora.rankStabilised(),
              details(lora.details()),
              switch (lora.details().initialValues()) {
                case KAIMING_UNIFORM -> Tuning.InitialValues.KAIMING_UNIFORM;
                case GAUSSIAN -> Tuning.InitialValues.GAUSSIAN;
              });
    };
  }

  private static AdapterDetails details(LoraDetails planned) {
    return new AdapterDetails(
        new AdapterDetails.Overrides(planned.overrides().ranks(), planned.overrides().alphas()),
        new AdapterDetails.Selection(excluded(planned.selection()), planned.selection().layers()),
        new AdapterDetails.Extras(
            switch (planned.extras().bias()) {
              case NONE -> AdapterDetails.Bias.NONE;
              case ALL -> AdapterDetails.Bias.ALL;
              case LORA_ONLY -> AdapterDetails.Bias.LORA_ONLY;
            },
            planned.extras().modules()));
  }

  private static AdapterConfig.Targets excluded(LoraDetails.Selection planned) {
    return planned.excludedPattern().isEmpty()
        ? new AdapterConfig.Targets.Suffixes(planned.excludedNames())
        : new AdapterConfig.Targets.Expression(planned.excludedPattern());
  }

  static LearningRateSchedule schedule(OptimizerPlan planned, long totalSteps) {
    var shape =
        switch (planned.schedule()) {
          case CONSTANT -> LearningRateSchedule.Shape.CONSTANT;
          case LINEAR -> LearningRateSchedule.Shape.LINEAR;
          case COSINE -> LearningRateSchedule.Shape.COSINE;
          case CONSTANT_WITH_WARMUP -> LearningRateSchedule.Shape.CONSTANT_WITH_WARMUP;
          case COSINE_WITH_RESTARTS -> LearningRateSchedule.Shape.COSINE_WITH_RESTARTS;
          case COSINE_WITH_MIN_LR -> LearningRateSchedule.Shape.COSINE_WITH_MIN_LR;
          case POLYNOMIAL -> LearningRateSchedule.Shape.POLYNOMIAL;
          case INVERSE_SQRT -> LearningRateSchedule.Shape.INVERSE_SQRT;
          case WARMUP_STABLE_DECAY -> LearningRateSchedule.Shape.WARMUP_STABLE_DECAY;
        };
    return new LearningRateSchedule(
        shape, planned.learningRate(), planned.warmupSteps(), Math.toIntExact(totalSteps));
  }

  private static Tuning.LoraTargets targets(io.llmforge.crds.plan.Tuning.Targets planned) {
    return switch (planned) {
      case io.llmforge.crds.plan.Tuning.Targets.Names names ->
          new Tuning.LoraTargets.Names(names.names());
      case io.llmforge.crds.plan.Tuning.Targets.Pattern pattern ->
          new Tuning.LoraTargets.Pattern(pattern.regularExpression());
      case io.llmforge.crds.plan.Tuning.Targets.AllLinear ignored ->
          new Tuning.LoraTargets.AllLinear();
      case io.llmforge.crds.plan.Tuning.Targets.FamilyDefault ignored ->
          new Tuning.LoraTargets.FamilyDefault();
    };
  }
}
