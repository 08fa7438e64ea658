package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.OptimizerPlan;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.optim.LearningRateSchedule;

/** The plan's words for what the model and the optimizer know under their own names. */
final class PlanTuning {

  private PlanTuning() {}

  static Tuning of(io.llmforge.crds.plan.Tuning planned) {
    return switch (planned) {
      case io.llmforge.crds.plan.Tuning.FullParameter ignored -> new Tuning.FullParameter();
      case io.llmforge.crds.plan.Tuning.Lora lora ->
          new Tuning.Lora(
              lora.rank(),
              lora.alpha(),
              lora.dropout(),
              targets(lora.targets()),
              lora.rankStabilised());
    };
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
    };
  }
}
