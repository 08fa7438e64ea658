package io.llmforge.trainer.torch;

import ai.djl.engine.EngineException;
import java.util.List;
import java.util.function.Supplier;

/**
 * The one place where a failure of libtorch is told by its words: across the native border comes a
 * text, with a stack of the program that ran, and no type.
 */
final class NativeFailure {

  private static final List<String> OUT_OF_MEMORY =
      List.of("can't allocate memory", "CUDA out of memory", "std::bad_alloc");

  private NativeFailure() {}

  /** Runs what crosses the border. */
  static <T> T classified(Supplier<T> call) {
    try {
      return call.get();
    } catch (EngineException failure) {
      String text = String.valueOf(failure.getMessage());
      if (OUT_OF_MEMORY.stream().anyMatch(text::contains)) {
        throw new DeviceMemoryException(line(text), failure);
      }
      throw failure;
    }
  }

  /** The line that says how much was asked for. */
  private static String line(String text) {
    return text.lines()
        .filter(line -> OUT_OF_MEMORY.stream().anyMatch(line::contains))
        .findFirst()
        .map(String::strip)
        .orElse("out of memory");
  }
}
