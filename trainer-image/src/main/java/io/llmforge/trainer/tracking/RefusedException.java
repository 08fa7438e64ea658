package io.llmforge.trainer.tracking;

/** A tracking server said no, and would say it again. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  RefusedException(String message) {
    super(message);
  }
}
