package io.llmforge.trainer.model;

import static java.util.Objects.requireNonNull;

import io.llmforge.trainer.torch.Precision;

/**
 * How much memory a model may use for speed, and in what numbers it computes.
 *
 * @param activationBytes what layers may keep of a micro-batch for the backward pass; layers beyond
 *     it are computed twice
 * @param logitsBytes the logits that exist at once, and the same again for their gradient
 * @param precision of weights and of what flows through them; what is trained is float32 besides
 */
public record ModelOptions(long activationBytes, long logitsBytes, Precision precision) {

  private static final long MEBIBYTE = 1L << 20;

  public ModelOptions {
    requireNonNull(precision, "precision");
    if (activationBytes < 0 || logitsBytes < 0) {
      throw new IllegalArgumentException("memory budgets must not be negative");
    }
  }

  /** In float32. */
  public ModelOptions(long activationBytes, long logitsBytes) {
    this(activationBytes, logitsBytes, Precision.FLOAT32);
  }

  /** 4 GiB of activations, 128 MiB of logits, float32. */
  public static ModelOptions defaults() {
    return new ModelOptions(4096 * MEBIBYTE, 128 * MEBIBYTE);
  }

  public ModelOptions with(Precision other) {
    return new ModelOptions(activationBytes, logitsBytes, other);
  }
}
