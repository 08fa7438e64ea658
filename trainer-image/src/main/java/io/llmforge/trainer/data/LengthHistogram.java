package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How many rows are how long.
 *
 * @param buckets from the shortest on, each up to twice as long as the one before; empty ones are
 *     left out
 */
public record LengthHistogram(List<Bucket> buckets) {

  public LengthHistogram {
    buckets = List.copyOf(buckets);
  }

  /**
   * Rows of more than half and at most {@code upTo} tokens.
   *
   * @param upTo a power of two
   */
  public record Bucket(int upTo, int rows) {}

  public static LengthHistogram of(int... lengths) {
    int[] counts = new int[Integer.SIZE];
    for (int length : lengths) {
      counts[Integer.SIZE - Integer.numberOfLeadingZeros(length - 1)]++;
    }
    List<Bucket> buckets = new ArrayList<>();
    for (int exponent = 0; exponent < counts.length - 1; exponent++) {
      if (counts[exponent] > 0) {
        buckets.add(new Bucket(1 << exponent, counts[exponent]));
      }
    }
    return new LengthHistogram(buckets);
  }

  /** Such as {@code <=64: 12 <=128: 3}. */
  public String text() {
    return buckets.stream()
        .map(bucket -> "<=%d: %d".formatted(bucket.upTo(), bucket.rows()))
        .collect(Collectors.joining(" "));
  }
}
