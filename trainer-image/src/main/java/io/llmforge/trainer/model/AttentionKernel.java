package io.llmforge.trainer.model;

/**
 * How attention is computed; the results differ by rounding alone. Where libtorch's kernels do not
 * do what a layer needs, such as capped scores, {@code FUSED} is computed the plain way too.
 */
enum AttentionKernel {
  /** libtorch's blockwise kernels for the device, which never hold all scores. */
  FUSED,
  /** Matrix products and a softmax, on any device; holds the scores of one block of queries. */
  PLAIN
}
