package io.llmforge.trainer.torch;

/**
 * Who multiplies with the weights of linear modules; the results differ by rounding alone. Chosen
 * by what the processor is and never by timing, so that a run on one machine is always the same.
 */
public enum ProductKernel {
  /**
   * oneDNN. On AMD processors with AVX-512 a step takes 5 to 10 % less time with it than with MKL,
   * which has nothing newer than AVX2 for them.
   */
  ONEDNN("product_onednn"),
  /** What libtorch takes itself: MKL on a CPU, cuBLAS on a GPU. */
  PLAIN("product_plain");

  private final String resource;

  ProductKernel(String resource) {
    this.resource = resource;
  }

  /** The faster one. */
  static ProductKernel of(ProcessorFeatures processor) {
    return processor.isAmdWithAvx512() ? ONEDNN : PLAIN;
  }

  /** The file with the functions that programs call as {@code __torch__.product}. */
  String resource() {
    return resource;
  }
}
