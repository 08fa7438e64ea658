package io.llmforge.trainer.recipe;

import org.jspecify.annotations.Nullable;

/** Loss, gradients or weights are no longer finite. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
