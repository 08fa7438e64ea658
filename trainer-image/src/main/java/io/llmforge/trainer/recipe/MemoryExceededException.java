package io.llmforge.trainer.recipe;

import org.jspecify.annotations.Nullable;

/** The run needs more memory than the device has, whatever is saved. */
public final class MemoryExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MemoryExceededException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
