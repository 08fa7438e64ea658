package io.llmforge.trainer.data;

/**
 * How rows make optimizer steps. The last step of an epoch may be short; no step crosses an epoch.
 *
 * @param rows rows of the training file
 * @param rowsPerStep rows of one optimizer step
 * @param epochs passes over the rows, may be fractional
 * @param seed seed of the order
 */
public record StepLayout(int rows, int rowsPerStep, double epochs, long seed) {

  public StepLayout {
    if (rows < 1 || rowsPerStep < 1) {
      throw new IllegalArgumentException(
          "%d rows at %d rows per step make no step".formatted(rows, rowsPerStep));
    }
    if (!(epochs > 0 && Double.isFinite(epochs))) {
      throw new IllegalArgumentException("epochs must be a positive number, was " + epochs);
    }
  }

  /** As many whole epochs as give at least {@code minimumSteps} steps. */
  public static double epochsFor(int rows, int rowsPerStep, int minimumSteps) {
    return Math.ceilDiv(minimumSteps, Math.ceilDiv(rows, rowsPerStep));
  }

  public int stepsPerEpoch() {
    return Math.ceilDiv(rows, rowsPerStep);
  }

  public long totalSteps() {
    return (long) Math.ceil(epochs * stepsPerEpoch());
  }

  /** Passes over the rows that so many optimizer steps make. */
  public double epochAfter(long steps) {
    long whole = steps / stepsPerEpoch();
    double rest = (double) Math.min(rows, steps % stepsPerEpoch() * rowsPerStep) / rows;
    return whole + rest;
  }
}
