package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.fabric8.generator.annotation.Min;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An LLMForge config, keys as LLMForge had them. This record is the one truth about keys: the
 * reader checks after its types and ranges, the schema and {@code kubectl explain} are made from
 * it.
 *
 * @param modelId Base model: a Hugging Face id (hf://ORG/NAME@REVISION for a revision), or the
 *     folder of a model in Hugging Face layout: pvc://CLAIM/FOLDER, s3://BUCKET/FOLDER,
 *     gs://BUCKET/FOLDER or a path in the trainer's container. Required.
 * @param trainPath Training rows, JSON Lines: pvc://CLAIM/FILE, s3://BUCKET/KEY, gs://BUCKET/KEY,
 *     https://HOST/PATH or a path in the trainer's container. Required.
 * @param validPath Evaluation rows, as train_path. Default: no evaluation.
 * @param task What is learned. Default: as the task's own block says, without one causal_lm.
 * @param contextLength Most tokens of a row; longer rows lose their end. Default: the larger of the
 *     95th percentile of row lengths and the model's own context length.
 * @param numDevices Devices (GPUs) that train in parallel. Default: 1.
 * @param numEpochs Passes over the training rows. Default: as many as give min_update_steps
 *     optimizer steps.
 * @param minUpdateSteps Fewest optimizer steps when num_epochs is absent. Default: 100.
 * @param trainBatchSizePerDevice Rows of one device's micro-batch. Default: chosen by context
 *     length, 64 up to 512 tokens, 32 up to 1024, 8 up to 2048, 4 up to 4096, then fewer.
 * @param evalBatchSizePerDevice Rows of one device's evaluation batch. Default: 1.
 * @param gradientAccumulationSteps Micro-batches per optimizer step. Default: 1.
 * @param learningRate Peak learning rate. Default: 1e-4 with lora_config, else 1e-5; for
 *     preference_tuning 5e-6 with lora_config, else 1e-6.
 * @param lrSchedulerType Shape of the learning rate after warm-up, named as Transformers names it;
 *     constant has no warm-up. Default: cosine.
 * @param numWarmupSteps Optimizer steps of linear warm-up. Default: 10.
 * @param padding longest pads to the longest row; max_length pads every row to context_length, to
 *     measure the worst case. Default: longest.
 * @param checkpointAndEvaluationFrequency How often the model is evaluated and saved. Default:
 *     every epoch.
 * @param checkpointEveryNEpochs Old form of checkpoint_and_evaluation_frequency, in epochs.
 * @param maxNumCheckpoints Old form of checkpoint_and_evaluation_frequency: evaluations spread
 *     evenly over the run.
 * @param numCheckpointsToKeep Checkpoints kept, lowest evaluation loss first. Default: 1.
 * @param evalFirst Evaluate once before the first step. Default: false.
 * @param earlyStoppingPatience Evaluations in a row without a better evaluation loss that end the
 *     run. Not a key of LLMForge; named as Transformers names it. Needs valid_path. Default: the
 *     run goes on to its last step.
 * @param earlyStoppingThreshold An evaluation loss counts as better only when it is lower by more
 *     than this. Not a key of LLMForge. Default: 0.
 * @param precision In what numbers the model computes: auto is bf16 on an accelerator that has it,
 *     fp32 on a CPU; a run that goes on keeps what it began with. What is trained, sums and losses
 *     are fp32 in any case, and a published model has the type of its base. Not a key of LLMForge.
 *     Default: auto.
 * @param customModelTag Name of the fine-tuned model. Without effect: spec.outputs names results.
 * @param outputDir Scratch folder. Without effect: the run works in its workspace volume.
 * @param deepspeed DeepSpeed settings. Without effect: the trainer is not DeepSpeed.
 * @param flashAttention2 FlashAttention-2 kernels. Without effect: the trainer picks its attention
 *     kernel.
 * @param gradientCheckpointing Recompute activations in the backward pass. Without effect: the
 *     trainer always does.
 * @param noGradientCheckpoint Old, inverted form of gradient_checkpointing.
 * @param ligerKernel Liger kernels. Without effect: the trainer has its own fused operations.
 * @param torchCompile torch.compile settings. Without effect: the trainer's programs are compiled
 *     already.
 * @param embeddingScalingTechnique How rotary positions are stretched beyond the model's own
 *     context length. Default: none.
 * @param loraConfig Trains a LoRA adapter. Default: every weight of the model is trained.
 * @param initialBaseModelCkptPath Weights to start from instead of model_id's: a place as in
 *     model_id, or {repo_id: ORG/NAME, revision: REVISION}.
 * @param initialAdapterModelCkptPath LoRA adapter to start from, in PEFT layout: a path, or
 *     {repo_id: ORG/NAME}.
 * @param generationConfig How messages become text, in training and later in serving.
 * @param classifierConfig Settings of task classification.
 * @param preferenceTuningConfig Settings of task preference_tuning.
 * @param visionLanguageConfig Settings of task vision_language.
 * @param numDataBlocksPerDevice Ray Data blocks. Without effect: there is no Ray here.
 * @param workerResources What each device asks for: accelerator_type:TYPE: 0.001 names the
 *     accelerator, memory is in bytes.
 * @param trainerResources What rank 0 asks for in addition; memory is in bytes.
 * @param datasetSizeScalingFactor Without effect: the number of rows has no limit.
 * @param logger Experiment tracker: measurements are also sent to an MLflow server, or to Weights
 *     and Biases. Every run writes TensorBoard event files.
 * @param modelTag Old name of custom_model_tag.
 * @param forwardCheckpointConfig Platform setting. Without effect: spec.outputs says where results
 *     go.
 * @param webhookConfig Platform setting. Without effect: status says what happened.
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LlmForgeConfig(
    @Nullable String modelId,
    @Nullable String trainPath,
    @Nullable String validPath,
    @Nullable Task task,
    @Min(2) @Nullable Integer contextLength,
    @Min(1) @Nullable Integer numDevices,
    @Min(value = 0, inclusive = false) @Nullable Double numEpochs,
    @Min(1) @Nullable Integer minUpdateSteps,
    @Min(1) @Nullable Integer trainBatchSizePerDevice,
    @Min(1) @Nullable Integer evalBatchSizePerDevice,
    @Min(1) @Nullable Integer gradientAccumulationSteps,
    @Min(value = 0, inclusive = false) @Nullable Double learningRate,
    @Nullable LrSchedulerType lrSchedulerType,
    @Min(0) @Nullable Integer numWarmupSteps,
    @Nullable Padding padding,
    @Nullable CheckpointAndEvaluationFrequency checkpointAndEvaluationFrequency,
    @JsonProperty("checkpoint_every_n_epochs") @Min(1) @Nullable Integer checkpointEveryNEpochs,
    @Min(1) @Nullable Integer maxNumCheckpoints,
    @Min(1) @Nullable Integer numCheckpointsToKeep,
    @Nullable Boolean evalFirst,
    @Min(1) @Nullable Integer earlyStoppingPatience,
    @Min(0) @Nullable Double earlyStoppingThreshold,
    @Nullable Precision precision,
    @Nullable String customModelTag,
    @Nullable String outputDir,
    @Nullable Deepspeed deepspeed,
    @JsonProperty("flash_attention_2") @Nullable Boolean flashAttention2,
    @Nullable Boolean gradientCheckpointing,
    @Nullable Boolean noGradientCheckpoint,
    @Nullable LigerKernel ligerKernel,
    @Takes({Form.MAPPING, Form.FLAG}) @Nullable JsonNode torchCompile,
    @Nullable EmbeddingScalingTechnique embeddingScalingTechnique,
    @Nullable LoraConfig loraConfig,
    @Takes({Form.TEXT, Form.MAPPING}) @Nullable JsonNode initialBaseModelCkptPath,
    @Takes({Form.TEXT, Form.MAPPING}) @Nullable JsonNode initialAdapterModelCkptPath,
    @Nullable GenerationConfig generationConfig,
    @Nullable ClassifierConfig classifierConfig,
    @Nullable PreferenceTuningConfig preferenceTuningConfig,
    @Takes(Form.MAPPING) @Nullable JsonNode visionLanguageConfig,
    @Min(1) @Nullable Integer numDataBlocksPerDevice,
    @Nullable Map<String, Double> workerResources,
    @Nullable Map<String, Double> trainerResources,
    @Takes({Form.NUMBER, Form.TEXT}) @Nullable JsonNode datasetSizeScalingFactor,
    @Nullable Logger logger,
    @Nullable String modelTag,
    @Takes(Form.MAPPING) @Nullable JsonNode forwardCheckpointConfig,
    @Takes(Form.MAPPING) @Nullable JsonNode webhookConfig) {

  /** The task as written, or as the task's own block implies; without either causal_lm. */
  public Task effectiveTask() {
    if (task != null) {
      return task;
    }
    if (classifierConfig != null) {
      return Task.CLASSIFICATION;
    }
    if (preferenceTuningConfig != null) {
      return Task.PREFERENCE_TUNING;
    }
    return visionLanguageConfig != null ? Task.VISION_LANGUAGE : Task.CAUSAL_LM;
  }

  /** What is learned. */
  public enum Task {
    @JsonProperty("causal_lm")
    CAUSAL_LM,
    @JsonProperty("instruction_tuning")
    INSTRUCTION_TUNING,
    @JsonProperty("classification")
    CLASSIFICATION,
    @JsonProperty("preference_tuning")
    PREFERENCE_TUNING,
    @Unoffered
    @JsonProperty("vision_language")
    VISION_LANGUAGE
  }

  /** Shape of the learning rate after warm-up. */
  public enum LrSchedulerType {
    @JsonProperty("cosine")
    COSINE,
    @JsonProperty("linear")
    LINEAR,
    @JsonProperty("constant")
    CONSTANT,
    @JsonProperty("constant_with_warmup")
    CONSTANT_WITH_WARMUP,
    @JsonProperty("cosine_with_restarts")
    COSINE_WITH_RESTARTS,
    @JsonProperty("cosine_with_min_lr")
    COSINE_WITH_MIN_LR,
    @JsonProperty("polynomial")
    POLYNOMIAL,
    @JsonProperty("inverse_sqrt")
    INVERSE_SQRT,
    @JsonProperty("warmup_stable_decay")
    WARMUP_STABLE_DECAY
  }

  /** In what numbers the model computes. */
  public enum Precision {
    @JsonProperty("auto")
    AUTO,
    @JsonProperty("fp32")
    FP32,
    @JsonProperty("bf16")
    BF16
  }

  /** How far rows are padded. */
  public enum Padding {
    @JsonProperty("longest")
    LONGEST,
    @JsonProperty("max_length")
    MAX_LENGTH
  }

  /** How rotary positions are stretched. */
  public enum EmbeddingScalingTechnique {
    @JsonProperty("none")
    NONE,
    @JsonProperty("linear")
    LINEAR
  }

  /**
   * How often the model is evaluated and saved; both happen together.
   *
   * @param unit What frequency counts. Default: epochs.
   * @param frequency How many of them lie between two evaluations. Default: 1.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CheckpointAndEvaluationFrequency(
      @Nullable Unit unit, @Min(1) @Nullable Integer frequency) {
    /** What an interval counts. */
    public enum Unit {
      @JsonProperty("epochs")
      EPOCHS,
      @JsonProperty("steps")
      STEPS
    }
  }

  /**
   * DeepSpeed settings.
   *
   * @param configPath DeepSpeed's own JSON file.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Deepspeed(@Nullable String configPath) {}

  /**
   * Liger kernels.
   *
   * @param enabled Whether they are used.
   * @param kwargs Single kernels.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LigerKernel(@Nullable Boolean enabled, @Nullable Map<String, Boolean> kwargs) {}

  /**
   * Experiment tracker.
   *
   * @param provider mlflow or wandb.
   * @param providerConfig For mlflow: tracking_uri (http or https; default: MLFLOW_TRACKING_URI of
   *     the credentials), experiment_name (default: Default), create_experiment_if_not_exists
   *     (default: true). For wandb: base_url, entity, project (defaults: WANDB_BASE_URL,
   *     WANDB_ENTITY, WANDB_PROJECT of the credentials), name, group, job_type, notes, tags.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Logger(@Nullable String provider, @Nullable Map<String, JsonNode> providerConfig) {}
}
