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

  /** Shape of the learning rate after warm-up, named as Hugging Face names it. */
  public enum Schedule {
    CONSTANT,
    LINEAR,
    COSINE
  }
}
