package io.llmforge.trainer.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import org.jspecify.annotations.Nullable;

/**
 * The libtorch that is there: one for CPUs, or one for GPUs, which an image names by {@code
 * PYTORCH_FLAVOR}.
 *
 * @param findsGpu whether it can use a GPU of this machine
 */
record LibtorchBuild(boolean findsGpu) {

  private static final String DRIVER = "libcuda.so";

  /**
   * Loads it.
   *
   * @throws DeviceFailureException when it is one for GPUs and finds none: days on the CPU are
   *     nothing to begin unasked
   */
  static LibtorchBuild load() {
    var flavor = Utils.getEnvOrSystemProperty("PYTORCH_FLAVOR", "cpu");
    try {
      // libtorch itself is asked: DJL counts devices by way of a library that need not be there.
      var findsGpu = Engine.getEngine("PyTorch").hasCapability("CUDA");
      if (isForGpus(flavor) && !findsGpu) {
        throw noGpu(flavor, null);
      }
      return new LibtorchBuild(findsGpu);
    } catch (EngineException failure) {
      if (isForGpus(flavor) && lacksDriver(failure)) {
        throw noGpu(flavor, failure);
      }
      throw failure;
    }
  }

  /** Such as {@code cu128}; the others are {@code cpu} and {@code cpu-precxx11}. */
  static boolean isForGpus(String flavor) {
    return flavor.startsWith("cu");
  }

  /** Whether the driver's library is what could not be loaded. */
  static boolean lacksDriver(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnsatisfiedLinkError && String.valueOf(cause).contains(DRIVER)) {
        return true;
      }
    }
    return false;
  }

  private static DeviceFailureException noGpu(String flavor, @Nullable Throwable cause) {
    return new DeviceFailureException(
        "libtorch is one for GPUs (PYTORCH_FLAVOR=%s) and finds none that it can use: the pod must ask for one (spec.resources), and the node's NVIDIA driver must be new enough for this CUDA; on nodes without GPUs use the trainer image for CPUs"
            .formatted(flavor),
        cause);
  }
}
