package io.llmforge.trainer.data;

import org.jspecify.annotations.Nullable;

/**
 * How long a row may be. When the plan does not say, LLMForge's rule holds: the larger of the 95th
 * percentile of the rows' lengths and the model's own context length.
 */
public final class ContextLengthRule {

  private ContextLengthRule() {}

  /**
   * The context length of a run.
   *
   * @param planned the plan's context length, or null
   * @param lengths tokens of the uncut rows of all files
   * @param modelContextLength positions the model was made for
   */
  public static int contextLength(
      @Nullable Integer planned, int[] lengths, int modelContextLength) {
    return planned != null
        ? planned
        : Math.max(RowStatistics.of(lengths).percentile95(), modelContextLength);
  }
}
