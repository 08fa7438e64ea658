package io.llmforge.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What only a GPU can show; skipped where libtorch finds none. All other tests compute on it too
 * where there is one.
 */
class GpuTest {

  private static final long TEBIBYTE = 1L << 40;
  private static final int MEBIBYTE = 1 << 20;

  private static TorchRuntime runtime;

  @BeforeAll
  static void start() {
    runtime = TorchRuntime.start();
  }

  /** Before each, so that each is counted as skipped. */
  @BeforeEach
  void requireGpu() {
    assumeFalse(runtime.computesOnCpu(), "libtorch finds no GPU");
  }

  @AfterAll
  static void close() {
    runtime.close();
  }

  @Test
  void deviceHasItsModelsName() {
    assertThat(runtime.deviceName()).matches("gpu0 \\(.+\\)");
  }

  @Test
  void tensorsAreInTheDevicesMemory() {
    try (var scope = runtime.openScope()) {
      var before = runtime.freeDeviceBytes().orElseThrow();

      scope.zeros(1024, MEBIBYTE / Float.BYTES);

      var after = runtime.freeDeviceBytes().orElseThrow();
      assertThat(before - after).isBetween(1000L * MEBIBYTE, 1100L * MEBIBYTE);
    }
  }

  @Test
  void memoryThatRanOutIsSaidWithItsNumbers() {
    try (var scope = runtime.openScope()) {
      assertThatThrownBy(() -> scope.zeros(TEBIBYTE))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining("Tried to allocate 4096.00 GiB");
    }
  }

  @Test
  void readingLeavesNothingBehind() {
    try (var scope = runtime.openScope()) {
      var tensor = scope.floats(1, 2, 3);
      var before = runtime.liveTensors();

      assertThat(tensor.toFloats()).containsExactly(1, 2, 3);
      assertThat(tensor.named("tensor").toFloats()).containsExactly(1, 2, 3);
      assertThat(scope.zeros().toDouble()).isZero();

      assertThat(runtime.liveTensors()).isEqualTo(before + 1);
    }
  }
}
