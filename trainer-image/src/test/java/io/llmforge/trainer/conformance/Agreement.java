package io.llmforge.trainer.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/**
 * Compares the numbers of one case of a golden test with a reference, and remembers how close the
 * worst of them came to its bound.
 */
public final class Agreement {

  private final GoldenTest test;
  private final String what;
  private double worst;
  private double bound;
  private String worstName = "nothing";
  private int comparisons;

  public Agreement(GoldenTest test, String what) {
    this.test = test;
    this.what = what;
  }

  /** {@code max|a - b| / max|b|} at most {@code errorBound}. */
  public void add(String name, float[] actual, float[] expected, double errorBound) {
    add(name, doubles(actual), doubles(expected), errorBound);
  }

  /** {@code max|a - b| / max|b|} at most {@code errorBound}. */
  public void add(String name, double[] actual, double[] expected, double errorBound) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    var difference = 0.0;
    var scale = 0.0;
    for (var i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
      difference = Double.isNaN(actual[i]) ? Double.POSITIVE_INFINITY : difference;
    }
    addError(name, scale == 0 ? difference : difference / scale, errorBound);
  }

  /** {@code |a - b| / |b|} at most {@code errorBound}. */
  public void add(String name, double actual, double expected, double errorBound) {
    addError(name, Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-30), errorBound);
  }

  /** An error that was computed elsewhere, at most {@code errorBound}. */
  public void addError(String name, double error, double errorBound) {
    comparisons++;
    if (bound == 0 || error / errorBound > worst / bound || Double.isNaN(error)) {
      worst = error;
      bound = errorBound;
      worstName = name;
    }
  }

  /** Equal to the last bit, character or number; a difference fails here and now. */
  public void addExact(String name, Object actual, Object expected) {
    comparisons++;
    assertThat(actual).as("%s: %s", what, name).isEqualTo(expected);
  }

  public double worst() {
    return worst;
  }

  /** Prints and records the worst error against its bound, and fails when it is beyond. */
  public void check() {
    assertThat(comparisons).as("%s: something is compared", what).isPositive();
    System.out.printf("%-60s worst %.2e of %.0e (%s)%n", what, worst, bound, worstName);
    ConformanceRecord.agreed(test, what, worst, bound, comparisons).append();
    assertThat(worst).as("%s: %s", what, worstName).isLessThanOrEqualTo(bound);
  }

  /**
   * The opposite of {@link #check}: a mistake was made on purpose, and the comparison must be far
   * beyond its bound, or the golden test would not see such a mistake.
   *
   * @param times how many bounds the worst error must at least be
   */
  public void checkCaught(double times) {
    System.out.printf("%-60s caught at %.2e, bound %.0e%n", what, worst, bound);
    ConformanceRecord.caught(test, what, worst, bound).append();
    assertThat(worst).as("%s: %s", what, worstName).isGreaterThan(times * bound);
  }

  private static double[] doubles(float[] elements) {
    var doubles = new double[elements.length];
    Arrays.setAll(doubles, i -> elements[i]);
    return doubles;
  }
}
