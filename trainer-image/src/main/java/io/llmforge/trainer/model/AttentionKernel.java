package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.TorchRuntime;

/** How attention is computed; the results differ by rounding alone. */
enum AttentionKernel {
  /** libtorch's blockwise kernel, which exists for CPUs and never holds all scores. */
  FUSED,
  /** Matrix products and a softmax, on any device; holds the scores of one segment. */
  PLAIN;

  static AttentionKernel of(TorchRuntime runtime) {
    return runtime.computesOnCpu() ? FUSED : PLAIN;
  }
}
