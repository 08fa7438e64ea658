package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares numbers with a reference and remembers how close the worst of them came to its bound.
 */
final class Agreement {

  private final String what;
  private double worst;
  private double bound;
  private String worstName = "nothing";

  Agreement(String what) {
    this.what = what;
  }

  /** {@code max|a - b| / max|b|} at most {@code bound}. */
  void add(String name, float[] actual, float[] expected, double bound) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    var difference = 0.0;
    var scale = 0.0;
    for (var i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
      difference = Float.isNaN(actual[i]) ? Double.POSITIVE_INFINITY : difference;
    }
    record(name, scale == 0 ? difference : difference / scale, bound);
  }

  void add(String name, double actual, double expected, double bound) {
    record(name, Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-30), bound);
  }

  double worst() {
    return worst;
  }

  /** Prints the worst error against its bound, and fails when it is beyond. */
  void check() {
    System.out.printf("%-60s worst %.2e of %.0e (%s)%n", what, worst, bound, worstName);
    assertThat(worst).as("%s: %s", what, worstName).isLessThanOrEqualTo(bound);
  }

  private void record(String name, double error, double errorBound) {
    if (bound == 0 || error / errorBound > worst / bound || Double.isNaN(error)) {
      worst = error;
      bound = errorBound;
      worstName = name;
    }
  }
}
