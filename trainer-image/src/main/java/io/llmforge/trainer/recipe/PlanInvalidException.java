package io.llmforge.trainer.recipe;

import org.jspecify.annotations.Nullable;

/** The plan cannot be carried out as it is, whatever the attempt. */
public final class PlanInvalidException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PlanInvalidException(String message) {
    this(message, null);
  }

  public PlanInvalidException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
