package io.llmforge.trainer.recipe;

import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * Decides before a weight is loaded whether a run fits into its device, and how: micro-batches as
 * large as asked for when all layers can keep what they need; smaller ones, down to what keeps the
 * device busy, before layers are computed twice; and one row at a time at the least.
 *
 * @param device such as {@code cpu}
 * @param available memory that nothing uses yet; empty where nobody knows
 * @param mostLogitsBytes logits that exist at once where there is room
 */
record MemoryPlanner(String device, OptionalLong available, long mostLogitsBytes) {

  private static final ModelOptions DEFAULTS = ModelOptions.defaults();

  /** Fewer leave an accelerator waiting for the next chunk to be sent. */
  private static final long LOGITS_BYTES_OF_ACCELERATORS = 1L << 30;

  /** For the device that a runtime computes on; a CPU shares the machine's memory. */
  static MemoryPlanner of(TorchRuntime runtime, HostMemory host) {
    return runtime.computesOnCpu()
        ? new MemoryPlanner(runtime.deviceName(), host.availableBytes(), DEFAULTS.logitsBytes())
        : new MemoryPlanner(
            runtime.deviceName(), runtime.freeDeviceBytes(), LOGITS_BYTES_OF_ACCELERATORS);
  }

  /** The same device with so much memory. */
  MemoryPlanner with(OptionalLong bytes) {
    return new MemoryPlanner(device, bytes, mostLogitsBytes);
  }

  /** Estimates leave out what libraries keep for themselves and how allocators round. */
  private static final double USABLE = 0.9;

  /** Java's heap while it trains, its buffers to and from the device, and libtorch itself. */
  private static final long RESERVED_BYTES = 384L << 20;

  /** More tokens than these make a micro-batch's matrix products hardly any faster. */
  private static final int ENOUGH_TOKENS = 4096;

  /**
   * What is to be computed.
   *
   * @param longestRow tokens of the longest row
   * @param trainingTokens tokens of a micro-batch as it was asked for
   * @param evaluationTokens the same for evaluations
   */
  record Work(int longestRow, int trainingTokens, int evaluationTokens) {

    /** The same work in smaller micro-batches; one that would be less than a row is one. */
    Work dividedBy(int divisor) {
      return new Work(
          longestRow,
          Math.max(1, trainingTokens / divisor),
          Math.max(1, evaluationTokens / divisor));
    }
  }

  /** Empty where nobody knows. */
  OptionalLong usableBytes() {
    return available.isEmpty()
        ? available
        : OptionalLong.of(Math.max(0, (long) (USABLE * available.getAsLong()) - RESERVED_BYTES));
  }

  /**
   * The plan.
   *
   * @throws MemoryExceededException when not even one row fits with every layer computed twice
   */
  MemoryPlan plan(MemoryNeeds needs, Work work) {
    if (available.isEmpty()) {
      return plan(needs, work, DEFAULTS);
    }
    long left = usableBytes().orElseThrow() - needs.fixedBytes();
    long logits = logitsBytes(needs, work.longestRow(), left);
    int tokens = microBatchTokens(needs, work, left, logits);
    int evaluationTokens =
        largest(
            work.longestRow(),
            work.evaluationTokens(),
            count -> evaluationBytes(needs, count, logits) <= left);
    var rest = new ModelOptions(left - needs.passingBytes(tokens, logits), logits);
    return plan(needs, new Work(work.longestRow(), tokens, evaluationTokens), rest);
  }

  /** Whether the plan of an earlier attempt, with the same needs, still fits. */
  boolean allows(MemoryPlan earlier, MemoryNeeds needs) {
    return earlier.device().equals(device)
        && earlier.needs().equals(needs)
        && earlier.fits(available.orElse(Long.MAX_VALUE));
  }

  private MemoryPlan plan(MemoryNeeds needs, Work work, ModelOptions options) {
    int tokens = Math.max(work.trainingTokens(), work.longestRow());
    long left = options.activationBytes() - needs.activationBytes(tokens, 0);
    long kept = left / (needs.keptBytesPerToken() * tokens);
    return new MemoryPlan(
        device,
        available.isEmpty() ? null : (Long) usableBytes().getAsLong(),
        needs,
        work.trainingTokens(),
        work.evaluationTokens(),
        Math.clamp(kept, 0, needs.layerCount()),
        options.activationBytes(),
        options.logitsBytes());
  }

  private long logitsBytes(MemoryNeeds needs, int longestRow, long left) {
    long logits = mostLogitsBytes;
    while (logits > needs.logitsBytesPerRow() && leastBytes(needs, longestRow, logits) > left) {
      logits /= 2;
    }
    logits = Math.max(logits, needs.logitsBytesPerRow());
    if (leastBytes(needs, longestRow, logits) > left) {
      throw exceeded(needs, longestRow, leastBytes(needs, longestRow, logits));
    }
    return logits;
  }

  private static int microBatchTokens(MemoryNeeds needs, Work work, long left, long logits) {
    int longest = work.longestRow();
    int asked = Math.max(longest, work.trainingTokens());
    int comfortable =
        largest(
            longest,
            asked,
            count ->
                needs.activationBytes(count, needs.layerCount()) + needs.passingBytes(count, logits)
                    <= left);
    int enough = Math.max(comfortable, Math.min(asked, Math.max(longest, ENOUGH_TOKENS)));
    return largest(longest, enough, count -> leastBytes(needs, count, logits) <= left);
  }

  private static long leastBytes(MemoryNeeds needs, long tokens, long logits) {
    return needs.activationBytes(tokens, 0) + needs.passingBytes(tokens, logits);
  }

  /** Input and output of one layer, and what it makes on the way; or the head. */
  private static long evaluationBytes(MemoryNeeds needs, long tokens, long logits) {
    return tokens * (2 * needs.inputBytesPerToken() + 2 * needs.keptBytesPerToken()) + 2 * logits;
  }

  /** The largest number of tokens that fits, at least {@code least}. */
  private static int largest(int least, int most, LongPredicate fits) {
    int low = least;
    int high = Math.max(least, most);
    while (low < high) {
      int middle = low + (high - low + 1) / 2;
      if (fits.test(middle)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private MemoryExceededException exceeded(MemoryNeeds needs, int longestRow, long least) {
    return new MemoryExceededException(
        "%s has %s to use (%s available), and training needs at least %s: weights %s, gradients %s, optimizer %s, one row of %d tokens %s with every layer computed twice; lower context_length, train an adapter (lora_config), choose a smaller model, or raise the memory limit"
            .formatted(
                device,
                ByteSize.text(usableBytes().orElse(0)),
                ByteSize.text(available.orElse(0)),
                ByteSize.text(needs.fixedBytes() + least),
                ByteSize.text(needs.weightBytes()),
                ByteSize.text(needs.gradientBytes()),
                ByteSize.text(needs.optimizerBytes()),
                longestRow,
                ByteSize.text(least)),
        null);
  }
}
