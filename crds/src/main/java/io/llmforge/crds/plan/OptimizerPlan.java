package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

/**
 * AdamW (Loshchilov and Hutter 2019) and its learning-rate schedule.
 *
 * @param learningRate peak learning rate
 * @param schedule shape of the learning rate after warm-up
 * @param warmupSteps optimizer steps of linear warm-up; the first of them has learning rate 0
 * @param weightDecay decoupled weight decay
 * @param maximumGradientNorm gradients are scaled down to this global L2 norm
 */
public record OptimizerPlan(
    double learningRate,
    Schedule schedule,
    int warmupSteps,
    double weightDecay,
    double maximumGradientNorm) {

  public OptimizerPlan {
    requireNonNull(schedule, "schedule");
    if (!(learningRate > 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException(
          "learningRate must be a positive number, was " + learningRate);
    }
    if (warmupSteps < 0) {
      throw new IllegalArgumentException("warmupSteps must not be negative, was " + warmupSteps);
    }
  }

  /**
   * Shape of the learning rate after warm-up, named as Transformers names it and with its
   * parameters' defaults. {@code s} is the share of the steps after warm-up that are done.
   */
  public enum Schedule {
    /** The peak from the first step on: no warm-up. */
    CONSTANT,
    /** The peak after warm-up. */
    CONSTANT_WITH_WARMUP,
    /** {@code 1 - s}. */
    LINEAR,
    /** {@code (1 + cos(pi s)) / 2}. */
    COSINE,
    /** One cosine, as without restarts: Transformers' default is one cycle. */
    COSINE_WITH_RESTARTS,
    /** A cosine down to a tenth of the peak; Transformers has no default for that floor. */
    COSINE_WITH_MIN_LR,
    /** A straight line down to a rate of 1e-7. */
    POLYNOMIAL,
    /** {@code sqrt(W / k)} at step k, W steps of warm-up; without warm-up W is 10000. */
    INVERSE_SQRT,
    /**
     * The peak, and a cosine down to 0 over the last tenth of all steps; Transformers has no
     * default for that length.
     */
    WARMUP_STABLE_DECAY
  }
}
