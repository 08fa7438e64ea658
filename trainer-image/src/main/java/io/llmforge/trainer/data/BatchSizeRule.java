package io.llmforge.trainer.data;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many rows one device's micro-batch has. LLMForge looked the number up by context length, in a
 * table that was never published; ours is what its authors published of their own measurements with
 * a model of 7 billion parameters. Twice the longest length there has half the rows, and so on.
 *
 * <p>The number says which rows make a step, and so does not depend on the machine: a device with
 * too little memory for them takes the same rows in smaller micro-batches.
 */
public final class BatchSizeRule {

  private static final NavigableMap<Integer, Integer> ROWS_UP_TO =
      new TreeMap<>(Map.of(512, 64, 1024, 32, 2048, 8, 4096, 4));

  private BatchSizeRule() {}

  /**
   * Rows of one device's micro-batch.
   *
   * @param planned the plan's number, or null
   */
  public static int rowsPerDevice(@Nullable Integer planned, int contextLength) {
    if (planned != null) {
      return planned;
    }
    var entry = ROWS_UP_TO.ceilingEntry(contextLength);
    if (entry != null) {
      return entry.getValue();
    }
    var longest = ROWS_UP_TO.lastEntry();
    return Math.max(1, (int) ((long) longest.getKey() * longest.getValue() / contextLength));
  }
}
