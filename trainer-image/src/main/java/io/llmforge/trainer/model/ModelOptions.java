package io.llmforge.trainer.model;

/**
 * How much memory a model may use for speed.
 *
 * @param activationBytes what layers may keep of a micro-batch for the backward pass; layers beyond
 *     it are computed twice
 * @param logitsBytes the logits that exist at once, and the same again for their gradient
 */
public record ModelOptions(long activationBytes, long logitsBytes) {

  private static final long MEBIBYTE = 1L << 20;

  public ModelOptions {
    if (activationBytes < 0 || logitsBytes < 0) {
      throw new IllegalArgumentException("memory budgets must not be negative");
    }
  }

  /** 4 GiB of activations, 128 MiB of logits. */
  public static ModelOptions defaults() {
    return new ModelOptions(4096 * MEBIBYTE, 128 * MEBIBYTE);
  }
}
