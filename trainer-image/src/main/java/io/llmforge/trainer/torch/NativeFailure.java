package io.llmforge.trainer.torch;

import ai.djl.engine.EngineException;
import java.util.List;
import java.util.function.Supplier;

/**
 * The one place where a failure of libtorch is told by its words: across the native border comes a
 * text, with a stack of the program that ran, and no type.
 */
final class NativeFailure {

  /** The last two are cuBLAS and the driver, which have no room for what they need themselves. */
  private static final List<String> OUT_OF_MEMORY =
      List.of(
          "can't allocate memory",
          "CUDA out of memory",
          "std::bad_alloc",
          "CUBLAS_STATUS_ALLOC_FAILED",
          "CUDA error: out of memory");

  /** Such as an illegal address or a device that fell off its bus. */
  private static final List<String> DEVICE_FAILED =
      List.of("CUDA error", "CUDA driver error", "CUBLAS_STATUS_", "cuDNN error");

  private NativeFailure() {}

  /** Runs what crosses the border. */
  static <T> T classified(Supplier<T> call) {
    try {
      return call.get();
    } catch (EngineException failure) {
      String text = String.valueOf(failure.getMessage());
      if (tells(text, OUT_OF_MEMORY)) {
        throw new DeviceMemoryException(line(text, OUT_OF_MEMORY), failure);
      }
      if (tells(text, DEVICE_FAILED)) {
        throw new DeviceFailureException(line(text, DEVICE_FAILED), failure);
      }
      throw failure;
    }
  }

  private static boolean tells(String text, List<String> words) {
    return words.stream().anyMatch(text::contains);
  }

  /** The line with the words, which says more: how much was asked for, or what went wrong. */
  private static String line(String text, List<String> words) {
    return text.lines()
        .filter(line -> tells(line, words))
        .findFirst()
        .map(String::strip)
        .orElse(text);
  }
}
