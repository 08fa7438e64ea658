package io.llmforge.trainer.optim;

/**
 * Learning rate by optimizer step, with the formulas and names of Transformers. {@code k} is the
 * step from 0, {@code W} the steps of warm-up, {@code S} all steps, {@code q = (k - W) / (S - W)}.
 *
 * @param shape of the rate after warm-up
 * @param peak the rate at the end of warm-up
 * @param warmupSteps steps of linear warm-up, the first of which has rate 0
 * @param totalSteps optimizer steps of the whole run
 */
public record LearningRateSchedule(Shape shape, double peak, int warmupSteps, int totalSteps) {

  /** How the rate goes on after warm-up. */
  public enum Shape {
    /** The peak, and no warm-up either. */
    CONSTANT,
    /** The peak. */
    CONSTANT_WITH_WARMUP,
    /** {@code 1 - q}. */
    LINEAR,
    /** {@code (1 + cos(pi q)) / 2}. */
    COSINE,
    /** One cycle of {@code (1 + cos(pi (q mod 1))) / 2}, 0 from {@code q = 1} on. */
    COSINE_WITH_RESTARTS,
    /** The cosine, raised so that it ends at a tenth of the peak. */
    COSINE_WITH_MIN_LR,
    /** A straight line down to {@link #POLYNOMIAL_END}. */
    POLYNOMIAL,
    /** {@code sqrt(W / k)}; without warm-up {@code sqrt(T / (k + T))}, T = 10000. */
    INVERSE_SQRT,
    /** The peak; a cosine down to 0 over the last tenth of all steps. */
    WARMUP_STABLE_DECAY
  }

  private static final double COSINE_FLOOR = 0.1;
  private static final double POLYNOMIAL_END = 1e-7;
  private static final int INVERSE_SQRT_STEPS = 10_000;
  private static final int STEPS_PER_DECAY_STEP = 10;

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
    if (step < warmupSteps && shape != Shape.CONSTANT) {
      return (double) step / warmupSteps;
    }
    var decaySteps = Math.max(1, totalSteps - warmupSteps);
    var progress = (double) (step - warmupSteps) / decaySteps;
    return switch (shape) {
      case CONSTANT, CONSTANT_WITH_WARMUP -> 1;
      case LINEAR -> Math.max(0, (double) (totalSteps - step) / decaySteps);
      case COSINE -> cosine(progress);
      case COSINE_WITH_RESTARTS -> progress >= 1 ? 0 : cosine(progress);
      case COSINE_WITH_MIN_LR -> cosine(progress) * (1 - COSINE_FLOOR) + COSINE_FLOOR;
      case POLYNOMIAL -> polynomial(progress);
      case INVERSE_SQRT -> inverseSquareRoot(step);
      case WARMUP_STABLE_DECAY -> stableDecay(step);
    };
  }

  /** A peak below the usual end stays where it is. */
  private double polynomial(double progress) {
    var end = Math.min(POLYNOMIAL_END, peak);
    if (progress > 1 || peak == 0) {
      return peak == 0 ? 1 : end / peak;
    }
    return ((peak - end) * (1 - progress) + end) / peak;
  }

  private double inverseSquareRoot(int step) {
    var timescale = warmupSteps == 0 ? INVERSE_SQRT_STEPS : warmupSteps;
    return 1 / Math.sqrt((step + timescale - warmupSteps) / (double) timescale);
  }

  private double stableDecay(int step) {
    var decaySteps = Math.ceilDiv(totalSteps, STEPS_PER_DECAY_STEP);
    var firstDecay = Math.max(warmupSteps, totalSteps - decaySteps);
    if (step < firstDecay) {
      return 1;
    }
    return step < totalSteps ? cosine((double) (step - firstDecay) / decaySteps) : 0;
  }

  private static double cosine(double progress) {
    return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
  }
}
