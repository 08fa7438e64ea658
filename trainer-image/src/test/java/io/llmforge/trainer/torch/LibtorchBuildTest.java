package io.llmforge.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;

class LibtorchBuildTest {

  @Test
  void flavorSaysWhatLibtorchIsFor() {
    assertThat(LibtorchBuild.isForGpus("cu128")).isTrue();
    assertThat(LibtorchBuild.isForGpus("cpu")).isFalse();
    assertThat(LibtorchBuild.isForGpus("cpu-precxx11")).isFalse();
  }

  @Test
  void missingDriverIsToldFromOtherMissingLibraries() {
    assertThat(LibtorchBuild.lacksDriver(failure("libcuda.so.1"))).isTrue();
    assertThat(LibtorchBuild.lacksDriver(failure("libstdc++.so.6"))).isFalse();
  }

  private static EngineException failure(String library) {
    var cause =
        new UnsatisfiedLinkError(
            "/torch/libcaffe2_nvrtc.so: %s: cannot open shared object file".formatted(library));
    return new EngineException("Failed to load PyTorch native library", cause);
  }
}
