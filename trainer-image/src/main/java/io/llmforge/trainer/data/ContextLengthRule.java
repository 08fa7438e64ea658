package io.llmforge.trainer.data;

import java.util.List;
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
   * @param rows uncut rows of all files
   * @param modelContextLength positions the model was made for
   */
  public static int contextLength(
      @Nullable Integer planned, List<TokenRow> rows, int modelContextLength) {
    return planned != null
        ? planned
        : Math.max(RowStatistics.of(rows).percentile95(), modelContextLength);
  }
}
