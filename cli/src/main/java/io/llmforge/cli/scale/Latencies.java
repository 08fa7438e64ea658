package io.llmforge.cli.scale;

import java.time.Duration;
import java.util.List;

/**
 * How long things took.
 *
 * @param sorted shortest first, at least one
 */
public record Latencies(List<Duration> sorted) {

  public Latencies {
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
    sorted = sorted.stream().sorted().toList();
  }

  /**
   * The shortest duration that is not exceeded by this share of them (nearest rank).
   *
   * @param share from 0 to 1
   */
  public Duration quantile(double share) {
    int rank = (int) Math.ceil(share * sorted.size());
    return sorted.get(Math.max(0, rank - 1));
  }

  public Duration longest() {
    return sorted.getLast();
  }
}
