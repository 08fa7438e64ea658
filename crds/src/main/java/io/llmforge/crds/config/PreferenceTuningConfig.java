package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/**
 * Settings of task preference_tuning (DPO).
 *
 * @param beta How firmly the model is held to the one training starts from. Default: 0.1, as TRL
 *     has it; LLMForge's published configs wrote 0.01.
 * @param lossType Loss of a pair, named as TRL names it. Not a key of LLMForge. Default: sigmoid.
 * @param labelSmoothing Share of pairs assumed to be labelled the wrong way round: with sigmoid the
 *     conservative form (cDPO), with robust the unbiased one. Not a key of LLMForge. Default: 0.
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
