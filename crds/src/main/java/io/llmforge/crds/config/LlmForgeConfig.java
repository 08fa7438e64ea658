package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An LLMForge config, keys as LLMForge had them. */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LlmForgeConfig(
    @Nullable String modelId,
    @Nullable String trainPath,
    @Nullable String validPath,
    @Nullable Task task,
    @Nullable Integer contextLength,
    @Nullable Integer numDevices,
    @Nullable Double numEpochs,
    @Nullable Integer minUpdateSteps,
    @Nullable Integer trainBatchSizePerDevice,
    @Nullable Integer evalBatchSizePerDevice,
    @Nullable Integer gradientAccumulationSteps,
    @Nullable Double learningRate,
    @Nullable LrSchedulerType lrSchedulerType,
    @Nullable Integer numWarmupSteps,
    @Nullable Padding padding,
    @Nullable CheckpointAndEvaluationFrequency checkpointAndEvaluationFrequency,
    @JsonProperty("checkpoint_every_n_epochs") @Nullable Integer checkpointEveryNEpochs,
    @Nullable Integer maxNumCheckpoints,
    @Nullable Integer numCheckpointsToKeep,
    @Nullable Boolean evalFirst,
    @Nullable String customModelTag,
    @Nullable String outputDir,
    @Nullable Deepspeed deepspeed,
    @JsonProperty("flash_attention_2") @Nullable Boolean flashAttention2,
    @Nullable Boolean gradientCheckpointing,
    @Nullable Boolean noGradientCheckpoint,
    @Nullable LigerKernel ligerKernel,
    @Nullable JsonNode torchCompile,
    @Nullable EmbeddingScalingTechnique embeddingScalingTechnique,
    @Nullable LoraConfig loraConfig,
    @Nullable JsonNode initialBaseModelCkptPath,
    @Nullable JsonNode initialAdapterModelCkptPath,
    @Nullable GenerationConfig generationConfig,
    @Nullable ClassifierConfig classifierConfig,
    @Nullable PreferenceTuningConfig preferenceTuningConfig,
    @Nullable JsonNode visionLanguageConfig,
    @Nullable Integer numDataBlocksPerDevice,
    @Nullable Map<String, Double> workerResources,
    @Nullable Map<String, Double> trainerResources,
    @Nullable JsonNode datasetSizeScalingFactor,
    @Nullable Logger logger,
    @Nullable String modelTag,
    @Nullable JsonNode forwardCheckpointConfig,
    @Nullable JsonNode webhookConfig) {

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

  public enum LrSchedulerType {
    @JsonProperty("cosine")
    COSINE,
    @JsonProperty("linear")
    LINEAR,
    @JsonProperty("constant")
    CONSTANT
  }

  public enum Padding {
    @JsonProperty("longest")
    LONGEST,
    @JsonProperty("max_length")
    MAX_LENGTH
  }

  public enum EmbeddingScalingTechnique {
    @JsonProperty("none")
    NONE,
    @JsonProperty("linear")
    LINEAR
  }

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CheckpointAndEvaluationFrequency(@Nullable Unit unit, @Nullable Integer frequency) {
    public enum Unit {
      @JsonProperty("epochs")
      EPOCHS,
      @JsonProperty("steps")
      STEPS
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Deepspeed(@Nullable String configPath) {}

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LigerKernel(@Nullable Boolean enabled, @Nullable Map<String, Boolean> kwargs) {}

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LoraConfig(
      @Nullable Integer r,
      @Nullable Double loraAlpha,
      @Nullable Double loraDropout,
      @Nullable JsonNode targetModules,
      @Nullable List<String> modulesToSave,
      @Nullable String taskType,
      @Nullable String bias,
      @Nullable Boolean fanInFanOut,
      @Nullable JsonNode initLoraWeights,
      @Nullable Boolean useRslora) {}

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record GenerationConfig(
      @Nullable PromptFormatConfig promptFormat,
      @Nullable List<String> stoppingSequences,
      @Nullable List<Integer> stoppingTokens) {}

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

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ClassifierConfig(
      @Nullable List<String> labelTokens, @Nullable List<String> evalMetrics) {}

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PreferenceTuningConfig(
      @Nullable Double beta,
      @Nullable LogprobProcessorScalingConfig logprobProcessorScalingConfig) {}

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LogprobProcessorScalingConfig(
      @Nullable Map<String, Double> customResources,
      @Nullable Integer concurrency,
      @Nullable Integer batchSize) {}

  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Logger(@Nullable String provider, @Nullable Map<String, JsonNode> providerConfig) {}
}
