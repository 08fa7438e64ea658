package io.llmforge.trainer.optim;

/**
 * Learning rate by optimizer step, with the formulas and names of Transformers.
 *
 * @param shape of the rate after warm-up
 * @param peak the rate at the end of warm-up
 * @param warmupSteps steps of linear warm-up, the first of which has rate 0
 * @param totalSteps optimizer steps of the whole run
 */
public record LearningRateSchedule(Shape shape, double peak, int warmupSteps, int totalSteps) {

  /** How the rate goes on after warm-up. */
  public enum Shape {
    CONSTANT,
    LINEAR,
    COSINE
  }

  public LearningRateSchedule {
    if (!(peak >= 0 && Double.isFinite(peak))) {
      throw new IllegalArgumentException("peak learning rate must not be negative, was " + peak);
    }
    if (warmupSteps < 0 || totalSteps < 1) {
      throw new IllegalArgumentException(
          "no schedule of %d steps with %d of warm-up".formatted(totalSteps, warmupSteps));
    }
  }

  /** The rate of optimizer step {@code step}, counted from 0. */
  public double at(int step) {
    return peak * factor(step);
  }

  private double factor(int step) {
    if (step < warmupSteps) {
      return (double) step / Math.max(1, warmupSteps);
    }
    var decaySteps = Math.max(1, totalSteps - warmupSteps);
    return switch (shape) {
      case CONSTANT -> 1;
      case LINEAR -> Math.max(0, (double) (totalSteps - step) / decaySteps);
      case COSINE -> {
        var progress = (double) (step - warmupSteps) / decaySteps;
        yield Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
      }
    };
  }
}
