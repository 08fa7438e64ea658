package io.llmforge.localcluster.control;

import java.time.Duration;

/** Delay that doubles with each failure: first, 2 first, 4 first, ... but never above longest. */
public record Backoff(Duration first, Duration longest) {
  /** Beyond this the doubling would only overflow. */
  private static final int MOST_DOUBLINGS = 30;

  public Backoff {
    if (first.isNegative() || first.isZero()) {
      throw new IllegalArgumentException("the first delay must be positive, not " + first);
    }
    if (longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "the longest delay " + longest + " is below the first " + first);
    }
  }

  /** Delay after the given number of failures in a row; none after zero failures. */
  public Duration after(int failures) {
    if (failures <= 0) {
      return Duration.ZERO;
    }
    var delay = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    return delay.compareTo(longest) > 0 ? longest : delay;
  }
}
