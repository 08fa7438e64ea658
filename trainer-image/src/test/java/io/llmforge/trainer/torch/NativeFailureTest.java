package io.llmforge.trainer.torch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeFailureTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.19 GiB",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"
      })
  void memoryThatRanOutIsToldApartWithItsNumbers(String line) {
    assertThatThrownBy(() -> failWith(line))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessage(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA error: an illegal memory access was encountered",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx(...)`"
      })
  void deviceThatFailedIsToldApart(String line) {
    assertThatThrownBy(() -> failWith(line))
        .isInstanceOf(DeviceFailureException.class)
        .hasMessage(line);
  }

  @Test
  void everythingElseStaysWhatItWas() {
    assertThatThrownBy(() -> failWith("mat1 and mat2 shapes cannot be multiplied"))
        .isInstanceOf(EngineException.class);
  }

  /** As libtorch's interpreter says it: the line behind a stack of the program that ran. */
  private static void failWith(String line) {
    NativeFailure.classified(
        () -> {
          throw new EngineException(
              "The following operation failed in the TorchScript interpreter.\nRuntimeError: x\n  "
                  + line
                  + "\nException raised from somewhere");
        });
  }
}
