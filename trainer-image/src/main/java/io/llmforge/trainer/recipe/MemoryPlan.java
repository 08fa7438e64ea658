package io.llmforge.trainer.recipe;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.torch.Precision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the run does with the memory there is. In bytes.
 *
 * @param device such as {@code cpu}
 * @param usableBytes what may be used, or null where nobody knows
 * @param needs what the model takes
 * @param microBatchTokens most tokens of a training micro-batch; a longer row stands alone
 * @param evaluationTokens the same for evaluations
 * @param keptLayers layers that are not computed twice in a micro-batch of that size
 * @param activationBytes what layers may keep of a micro-batch
 * @param logitsBytes logits that exist at once
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record MemoryPlan(
    String device,
    @Nullable Long usableBytes,
    MemoryNeeds needs,
    int microBatchTokens,
    int evaluationTokens,
    int keptLayers,
    long activationBytes,
    long logitsBytes) {

  /** Closer to the limit than this share, a rehearsal shows whether the estimate holds. */
  private static final double TIGHT = 0.8;

  MemoryPlan {
    requireNonNull(device, "device");
    requireNonNull(needs, "needs");
  }

  ModelOptions options() {
    return new ModelOptions(activationBytes, logitsBytes, precision());
  }

  Precision precision() {
    return needs.precision();
  }

  /** The most that exists at once. */
  long peakBytes() {
    return needs.fixedBytes()
        + needs.activationBytes(microBatchTokens, keptLayers)
        + needs.passingBytes(microBatchTokens, logitsBytes);
  }

  /** Whether its micro-batches are no larger than asked for; one row is the least there is. */
  boolean isWithin(MemoryPlanner.Work work) {
    return microBatchTokens <= Math.max(work.longestRow(), work.trainingTokens());
  }

  /** Whether all of it may be used. */
  boolean fits(long bytes) {
    return peakBytes() <= bytes;
  }

  boolean isTight() {
    return usableBytes != null && peakBytes() > TIGHT * usableBytes;
  }

  /** The same with every layer computed twice and half the logits at once. */
  MemoryPlan economical() {
    return new MemoryPlan(
        device,
        usableBytes,
        needs,
        microBatchTokens,
        evaluationTokens,
        0,
        0,
        Math.max(needs.logitsBytesPerRow(), logitsBytes / 2));
  }

  /** Lines for the console. */
  List<String> text() {
    List<String> lines = new ArrayList<>();
    lines.add(line("weights", needs.weightBytes(), needs.elements() + " in the base model"));
    lines.add(line("gradients", needs.gradientBytes(), needs.trainedElements() + " trained"));
    lines.add(line("optimizer", needs.optimizerBytes(), "two running means each"));
    lines.add(
        line(
            "activations",
            needs.activationBytes(microBatchTokens, keptLayers),
            "of %d tokens, %d of %d layers kept"
                .formatted(microBatchTokens, keptLayers, needs.layerCount())));
    lines.add(
        line(
            "in passing",
            needs.passingBytes(microBatchTokens, logitsBytes),
            "one layer or the head going back"));
    lines.add(
        line(
            "at most",
            peakBytes(),
            usableBytes == null
                ? "on %s, whose memory is unknown".formatted(device)
                : "of %s on %s".formatted(ByteSize.text(usableBytes), device)));
    return lines;
  }

  private static String line(String name, long bytes, String remark) {
    return "[memory] %-11s %10s  %s".formatted(name, ByteSize.text(bytes), remark);
  }
}
