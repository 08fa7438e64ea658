package io.llmforge.trainer.data;

import java.util.Arrays;
import java.util.Locale;

/**
 * Lengths of the rows of a file, in tokens.
 *
 * @param rows number of rows
 * @param tokens tokens of all rows
 * @param shortest fewest tokens of a row
 * @param median the middle length
 * @param percentile95 95 of 100 rows are no longer than this (nearest rank)
 * @param longest most tokens of a row
 */
public record RowStatistics(
    int rows, long tokens, int shortest, int median, int percentile95, int longest) {

  public static RowStatistics of(int... lengths) {
    if (lengths.length == 0) {
      throw new IllegalArgumentException("no rows, no statistics");
    }
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    return new RowStatistics(
        sorted.length,
        Arrays.stream(sorted).asLongStream().sum(),
        sorted[0],
        nearestRank(sorted, 50),
        nearestRank(sorted, 95),
        sorted[sorted.length - 1]);
  }

  /** One line for the console. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "rows: %d tokens: %d shortest: %d median: %d p95: %d longest: %d",
        rows,
        tokens,
        shortest,
        median,
        percentile95,
        longest);
  }

  private static int nearestRank(int[] sorted, int percent) {
    return sorted[(int) Math.ceilDiv((long) sorted.length * percent, 100) - 1];
  }
}
