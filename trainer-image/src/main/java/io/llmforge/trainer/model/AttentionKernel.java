package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.TorchRuntime;

/**
 * How attention is computed where a token sees all before it and scores have no cap; the results
 * differ by rounding alone. Windows that end inside a document, and capped scores, are always
 * computed the plain way.
 */
enum AttentionKernel {
  /** libtorch's blockwise kernel, which exists for CPUs and never holds all scores. */
  FUSED,
  /** Matrix products and a softmax, on any device; holds the scores of one block of queries. */
  PLAIN;

  static AttentionKernel of(TorchRuntime runtime) {
    return runtime.computesOnCpu() ? FUSED : PLAIN;
  }
}
