package io.llmforge.trainer.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Who multiplies with the weights of linear modules; the results differ by rounding alone. Chosen
 * by what the processor is and never by timing, so that a run on one machine is always the same.
 */
public enum ProductKernel {
  /**
   * oneDNN. On AMD processors with AVX-512 it is a tenth faster than MKL, which has nothing newer
   * than AVX2 for them.
   */
  ONEDNN("product_onednn"),
  /** What libtorch takes itself: MKL on a CPU, cuBLAS on a GPU. */
  PLAIN("product_plain");

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private final String resource;

  ProductKernel(String resource) {
    this.resource = resource;
  }

  /** Of this machine's CPU. */
  static ProductKernel ofProcessor() {
    try {
      return Files.isReadable(PROCESSORS) ? of(Files.readString(PROCESSORS)) : PLAIN;
    } catch (IOException unreadable) {
      return PLAIN;
    }
  }

  /** As Linux describes its processors in {@code /proc/cpuinfo}. */
  static ProductKernel of(String processors) {
    var isAmd = false;
    var hasAvx512 = false;
    for (var line : processors.lines().toList()) {
      isAmd |= line.startsWith("vendor_id") && line.endsWith("AuthenticAMD");
      hasAvx512 |= line.startsWith("flags") && List.of(line.split("\\s+")).contains("avx512f");
    }
    return isAmd && hasAvx512 ? ONEDNN : PLAIN;
  }

  /** The file with the functions that programs call as {@code __torch__.product}. */
  String resource() {
    return resource;
  }
}
