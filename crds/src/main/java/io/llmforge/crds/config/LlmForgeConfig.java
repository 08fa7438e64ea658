package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An LLMForge config, keys as LLMForge had them. This record is the one truth about keys: the
 * reader checks after its types and ranges, the schema and {@code kubectl explain} are made from
 * it.
 *
 * @param modelId Base model: a Hugging Face id, or pvc://CLAIM/FOLDER of a model in Hugging Face
 *     layout. Required.
 * @param trainPath Training rows, JSON Lines: pvc://CLAIM/FILE or a path in the trainer's
 *     container. Required.
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
 * @param initialBaseModelCkptPath Weights to start from instead of model_id's: a path as in
 *     model_id, or {repo_id: ORG/NAME}.
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
 * @param logger Experiment tracker. Without effect: metrics are in status and on the trainer's
 *     /metrics.
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
   * A LoRA adapter, keys as PEFT has them.
   *
   * @param r Rank. Default: 8.
   * @param loraAlpha Scale: the adapter's output is multiplied by lora_alpha / r. Default: 8.
   * @param loraDropout Probability that an input of the adapter is dropped. Default: 0.
   * @param targetModules Modules that get an adapter: a list of names, a regular expression, or
   *     all-linear. Default: q_proj and v_proj, or qkv_proj where that is one matrix.
   * @param excludeModules Modules that get no adapter although they are targets: a list of names,
   *     or a regular expression of whole names. Default: none.
   * @param layersToTransform Numbers of the layers that get adapters, from 0; not with
   *     target_modules as an expression. Default: all.
   * @param rankPattern Ranks of single modules instead of r: a regular expression for the end of
   *     the module's name, and its rank. Default: none.
   * @param alphaPattern Scales of single modules instead of lora_alpha, in the same form. Default:
   *     none.
   * @param modulesToSave Modules trained whole and saved beside the adapter, such as lm_head or
   *     norm. Default: none.
   * @param taskType CAUSAL_LM. Without effect.
   * @param bias Biases trained beside the adapter: none, all, or lora_only for those of modules
   *     with an adapter. Default: none.
   * @param fanInFanOut Weights stored transposed. Only false here.
   * @param initLoraWeights First values of the adapter: true for uniform ones, or gaussian.
   *     Default: true.
   * @param useRslora Scale by the square root of r instead of r. Default: false.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LoraConfig(
      @Min(1) @Nullable Integer r,
      @Min(value = 0, inclusive = false) @Nullable Double loraAlpha,
      @Min(0) @Max(value = 1, inclusive = false) @Nullable Double loraDropout,
      @Takes({Form.TEXT, Form.TEXT_LIST}) @Nullable JsonNode targetModules,
      @Takes({Form.TEXT, Form.TEXT_LIST}) @Nullable JsonNode excludeModules,
      @Nullable List<Integer> layersToTransform,
      @Nullable Map<String, Integer> rankPattern,
      @Nullable Map<String, Double> alphaPattern,
      @Nullable List<String> modulesToSave,
      @Nullable String taskType,
      @Nullable String bias,
      @Nullable Boolean fanInFanOut,
      @Takes({Form.FLAG, Form.TEXT}) @Nullable JsonNode initLoraWeights,
      @Nullable Boolean useRslora) {}

  /**
   * How messages become text.
   *
   * @param promptFormat Templates of the messages; written with the model as its chat template.
   *     Default: LLMForge's for the models it knew, else the chat template of the tokenizer.
   * @param stoppingSequences Texts that end generation when the model is served. Default: none.
   * @param stoppingTokens Token ids that end generation. Without effect: use stopping_sequences.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record GenerationConfig(
      @Nullable PromptFormatConfig promptFormat,
      @Nullable List<String> stoppingSequences,
      @Nullable List<Integer> stoppingTokens) {}

  /**
   * Templates of the messages. {instruction} stands for the message's text.
   *
   * @param system Template of the system message, with {instruction}.
   * @param user Template of a user message, with {instruction}; with {system} when system_in_user.
   * @param assistant Template of an assistant message, with {instruction}; the end token belongs
   *     here.
   * @param trailingAssistant Opens the assistant's turn when the model is served; never trained on.
   *     Default: empty.
   * @param bos Stands once before every conversation. Default: empty.
   * @param systemInUser The system message goes into {system} of the first user message. Default:
   *     false.
   * @param defaultSystemMessage For rows without a system message. Default: none.
   * @param addSystemTagsEvenIfMessageIsEmpty Render the system template for an empty system
   *     message. Default: false.
   * @param systemInLastUser The system message goes into the last user message. Only false here.
   * @param stripWhitespace Strip each message first. Default: true.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PromptFormatConfig(
      @Nullable String system,
      @Nullable String user,
      @Nullable String assistant,
      @Nullable String trailingAssistant,
      @Nullable String bos,
      @Nullable Boolean systemInUser,
      @Nullable String defaultSystemMessage,
      @Nullable Boolean addSystemTagsEvenIfMessageIsEmpty,
      @Nullable Boolean systemInLastUser,
      @Nullable Boolean stripWhitespace) {}

  /**
   * Settings of task classification.
   *
   * @param labelTokens The labels; each becomes one token of the tokenizer. Required.
   * @param evalMetrics Metrics of evaluation: accuracy, f1 (macro), prauc (macro). Default: all of
   *     them.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ClassifierConfig(
      @Nullable List<String> labelTokens, @Nullable List<String> evalMetrics) {}

  /**
   * Settings of task preference_tuning (DPO).
   *
   * @param beta How firmly the model is held to the one training starts from. Default: 0.1, as TRL
   *     has it; LLMForge's published configs wrote 0.01.
   * @param lossType Loss of a pair, named as TRL names it. Not a key of LLMForge. Default: sigmoid.
   * @param labelSmoothing Share of pairs assumed to be labelled the wrong way round: with sigmoid
   *     the conservative form (cDPO), with robust the unbiased one. Not a key of LLMForge. Default:
   *     0.
   * @param logprobProcessorScalingConfig Who computes the starting model's log-probabilities.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PreferenceTuningConfig(
      @Min(value = 0, inclusive = false) @Nullable Double beta,
      @Nullable LossType lossType,
      @Min(0) @Max(value = 0.5, inclusive = false) @Nullable Double labelSmoothing,
      @Nullable LogprobProcessorScalingConfig logprobProcessorScalingConfig) {

    /**
     * TRL's, and that of the paper's experiments (Rafailov et al. 2023, appendix B). LLMForge's is
     * not known.
     */
    public static final double DEFAULT_BETA = 0.1;

    /** Loss of a pair. */
    public enum LossType {
      @JsonProperty("sigmoid")
      SIGMOID,
      @JsonProperty("robust")
      ROBUST,
      @JsonProperty("hinge")
      HINGE,
      @JsonProperty("ipo")
      IPO
    }
  }

  /**
   * Who computes the starting model's log-probabilities, before training begins.
   *
   * @param customResources What each of them asks for, as worker_resources. Without effect:
   *     spec.resources and spec.podTemplate.nodeSelector hold for them as well.
   * @param concurrency How many pods work in parallel, one device each. Default: 1.
   * @param batchSize Pairs of one forward pass. Default: 1.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LogprobProcessorScalingConfig(
      @Nullable Map<String, Double> customResources,
      @Min(1) @Nullable Integer concurrency,
      @Min(1) @Nullable Integer batchSize) {}

  /**
   * Experiment tracker.
   *
   * @param provider wandb or mlflow.
   * @param providerConfig The tracker's own settings.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Logger(@Nullable String provider, @Nullable Map<String, JsonNode> providerConfig) {}
}
