package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a trainer says of a plan before it trains: counted from the rows, described from the model's
 * files, and measured only where it was asked to.
 *
 * @param rows what is trained on
 * @param steps how rows make steps
 * @param memory what the device must hold
 * @param speed what was measured on this device; null when nothing was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingEstimate(Rows rows, Steps steps, Memory memory, @Nullable Speed speed) {

  public TrainingEstimate {
    requireNonNull(rows, "rows");
    requireNonNull(steps, "steps");
    requireNonNull(memory, "memory");
  }

  /**
   * What is trained on, counted with the run's own tokenizer.
   *
   * @param training rows trained on
   * @param validation rows evaluated on
   * @param contextLength most tokens of a row
   * @param longest tokens of the longest row, after cutting
   * @param truncated training sequences that lose their end
   * @param trainingTokens tokens of one pass over the training rows
   * @param learnedTokens those of them that are learned
   * @param validationTokens tokens of one evaluation
   */
  public record Rows(
      int training,
      int validation,
      int contextLength,
      int longest,
      int truncated,
      long trainingTokens,
      long learnedTokens,
      long validationTokens) {}

  /**
   * How rows make steps.
   *
   * @param rowsPerStep rows of one optimizer step
   * @param perEpoch optimizer steps of one pass
   * @param total optimizer steps of the run
   * @param epochs passes over the rows
   * @param evaluations how often the model is evaluated and saved
   */
  public record Steps(int rowsPerStep, int perEpoch, long total, double epochs, long evaluations) {}

  /**
   * What the device must hold, in bytes, as the trainer would plan it.
   *
   * @param device such as {@code cpu}
   * @param usableBytes what may be used of it; null where nobody knows
   * @param parameters elements of the base model
   * @param trained elements that are trained
   * @param weights bytes of all weights
   * @param gradients bytes of the gradients
   * @param optimizer bytes of the optimizer's running means
   * @param activations bytes kept of a micro-batch
   * @param passing most bytes held in passing
   * @param peak the most that exists at once
   * @param microBatchTokens most tokens of a micro-batch
   * @param keptLayers layers that are not computed twice
   * @param layers layers of the model
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Memory(
      String device,
      @Nullable Long usableBytes,
      long parameters,
      long trained,
      long weights,
      long gradients,
      long optimizer,
      long activations,
      long passing,
      long peak,
      int microBatchTokens,
      int keptLayers,
      int layers) {
    public Memory {
      requireNonNull(device, "device");
    }
  }

  /**
   * What was measured with the run's own rows and weights.
   *
   * @param steps steps that were made and thrown away
   * @param tokensPerSecond of training on one device, steps of the optimizer included
   * @param evaluationTokensPerSecond of evaluation; null without rows to evaluate on
   * @param seconds how long training and evaluations last at this speed on all devices of the plan;
   *     loading, checkpoints, publishing and sums over devices come on top
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Speed(
      int steps,
      double tokensPerSecond,
      @Nullable Double evaluationTokensPerSecond,
      double seconds) {}
}
