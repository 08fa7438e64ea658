package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.config.LlmForgeConfig;
import io.llmforge.crds.config.LlmForgeConfig.CheckpointAndEvaluationFrequency;
import io.llmforge.crds.config.LlmForgeConfig.LrSchedulerType;
import io.llmforge.crds.plan.OptimizerPlan;
import io.llmforge.crds.plan.OptimizerPlan.Schedule;
import io.llmforge.crds.plan.TrainingPlan.BatchPlan;
import io.llmforge.crds.plan.TrainingPlan.DurationPlan;
import io.llmforge.crds.plan.TrainingPlan.EarlyStopping;
import io.llmforge.crds.plan.TrainingPlan.EvaluationPlan;
import io.llmforge.crds.plan.TrainingPlan.Every;
import io.llmforge.crds.plan.TrainingPlan.Precision;
import org.jspecify.annotations.Nullable;

/** Reads how much is learned in a step, how fast, how long, and how often it is looked at. */
final class ScheduleReader {

  /** Ours: LLMForge's default is not known outside its default mode, which had 8. */
  private static final int DEVICES = 1;

  /** Section 1.2, {@code eval_batch_size_per_device}. */
  private static final int EVALUATION_ROWS_PER_DEVICE = 1;

  /** Section 1.2, {@code gradient_accumulation_steps}. */
  private static final int ACCUMULATION_STEPS = 1;

  /** Section 1.2, {@code learning_rate}: what its guides advise, there being no known default. */
  private static final double LORA_LEARNING_RATE = 1e-4;

  private static final double FULL_PARAMETER_LEARNING_RATE = 1e-5;

  /** Section 4.5: the recipe of its preference guide, for an adapter. */
  private static final double LORA_PREFERENCE_LEARNING_RATE = 5e-6;

  /** TRL's default for DPO and that of the paper; LLMForge documents none for whole models. */
  private static final double FULL_PARAMETER_PREFERENCE_LEARNING_RATE = 1e-6;

  /** Section 1.2, {@code num_warmup_steps}. */
  private static final int WARMUP_STEPS = 10;

  /** Section 8: the older public script of the same authors had none. */
  private static final double WEIGHT_DECAY = 0;

  /** Ours: what Hugging Face's trainers do; LLMForge left it to DeepSpeed's "auto". */
  private static final double MAXIMUM_GRADIENT_NORM = 1.0;

  /** Section 1.2, {@code min_update_steps}. */
  private static final int MINIMUM_STEPS = 100;

  /** Section 1.2, {@code checkpoint_and_evaluation_frequency}: every epoch. */
  private static final Every EVERY_EPOCH = new Every(Every.Unit.EPOCHS, 1);

  /** Section 1.2, {@code num_checkpoints_to_keep}: the best one. */
  private static final int CHECKPOINTS_TO_KEEP = 1;

  /** Ours, as Transformers' {@code EarlyStoppingCallback} has it. */
  private static final double EARLY_STOPPING_THRESHOLD = 0;

  private final Findings findings;

  ScheduleReader(Findings findings) {
    this.findings = findings;
  }

  OptimizerPlan optimizer(LlmForgeConfig config) {
    return new OptimizerPlan(
        requireNonNullElse(config.learningRate(), defaultLearningRate(config)),
        schedule(requireNonNullElse(config.lrSchedulerType(), LrSchedulerType.COSINE)),
        requireNonNullElse(config.numWarmupSteps(), WARMUP_STEPS),
        WEIGHT_DECAY,
        MAXIMUM_GRADIENT_NORM);
  }

  BatchPlan batch(LlmForgeConfig config) {
    return new BatchPlan(
        config.trainBatchSizePerDevice(),
        requireNonNullElse(config.gradientAccumulationSteps(), ACCUMULATION_STEPS),
        requireNonNullElse(config.numDevices(), DEVICES),
        requireNonNullElse(config.evalBatchSizePerDevice(), EVALUATION_ROWS_PER_DEVICE));
  }

  DurationPlan duration(LlmForgeConfig config) {
    return new DurationPlan(
        config.numEpochs(), requireNonNullElse(config.minUpdateSteps(), MINIMUM_STEPS));
  }

  EvaluationPlan evaluation(LlmForgeConfig config) {
    return new EvaluationPlan(
        requireNonNullElse(config.evalFirst(), false),
        every(config),
        requireNonNullElse(config.numCheckpointsToKeep(), CHECKPOINTS_TO_KEEP),
        earlyStopping(config));
  }

  Precision precision(LlmForgeConfig config) {
    return switch (requireNonNullElse(config.precision(), LlmForgeConfig.Precision.AUTO)) {
      case AUTO -> Precision.AUTO;
      case FP32 -> Precision.FLOAT32;
      case BF16 -> Precision.BFLOAT16;
    };
  }

  private static @Nullable EarlyStopping earlyStopping(LlmForgeConfig config) {
    return config.earlyStoppingPatience() == null
        ? null
        : new EarlyStopping(
            config.earlyStoppingPatience(),
            requireNonNullElse(config.earlyStoppingThreshold(), EARLY_STOPPING_THRESHOLD));
  }

  private static double defaultLearningRate(LlmForgeConfig config) {
    boolean whole = config.loraConfig() == null;
    return switch (config.effectiveTask()) {
      case CAUSAL_LM, INSTRUCTION_TUNING, CLASSIFICATION, VISION_LANGUAGE ->
          whole ? FULL_PARAMETER_LEARNING_RATE : LORA_LEARNING_RATE;
      case PREFERENCE_TUNING ->
          whole ? FULL_PARAMETER_PREFERENCE_LEARNING_RATE : LORA_PREFERENCE_LEARNING_RATE;
    };
  }

  private Every every(LlmForgeConfig config) {
    @Nullable CheckpointAndEvaluationFrequency frequency =
        config.checkpointAndEvaluationFrequency();
    if (frequency != null) {
      return new Every(
          unit(requireNonNullElse(frequency.unit(), CheckpointAndEvaluationFrequency.Unit.EPOCHS)),
          requireNonNullElse(frequency.frequency(), 1));
    }
    @Nullable Integer times = config.maxNumCheckpoints();
    if (times == null) {
      return EVERY_EPOCH;
    }
    findings.deprecated(
        "max_num_checkpoints",
        "is an old key; checkpoint_and_evaluation_frequency says how far evaluations are apart");
    return new Every(Every.Unit.TIMES_PER_RUN, times);
  }

  private static Every.Unit unit(CheckpointAndEvaluationFrequency.Unit unit) {
    return switch (unit) {
      case EPOCHS -> Every.Unit.EPOCHS;
      case STEPS -> Every.Unit.STEPS;
    };
  }

  private static Schedule schedule(LrSchedulerType type) {
    return switch (type) {
      case COSINE -> Schedule.COSINE;
      case LINEAR -> Schedule.LINEAR;
      case CONSTANT -> Schedule.CONSTANT;
      case CONSTANT_WITH_WARMUP -> Schedule.CONSTANT_WITH_WARMUP;
      case COSINE_WITH_RESTARTS -> Schedule.COSINE_WITH_RESTARTS;
      case COSINE_WITH_MIN_LR -> Schedule.COSINE_WITH_MIN_LR;
      case POLYNOMIAL -> Schedule.POLYNOMIAL;
      case INVERSE_SQRT -> Schedule.INVERSE_SQRT;
      case WARMUP_STABLE_DECAY -> Schedule.WARMUP_STABLE_DECAY;
    };
  }
}
