package io.llmforge.trainer.distributed;

import org.jspecify.annotations.Nullable;

/** The group cannot go on: a rank is lost, gave up, or does something else than the others. */
public final class CommunicationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommunicationException(String message) {
    super(message);
  }

  public CommunicationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
