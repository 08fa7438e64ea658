package io.llmforge.cli.estimate;

/** There is no estimate. The message says what, where, and what to do. */
public final class EstimateException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  EstimateException(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** As the trainer ended, or as sysexits.h has it. */
  public int exitCode() {
    return exitCode;
  }
}
