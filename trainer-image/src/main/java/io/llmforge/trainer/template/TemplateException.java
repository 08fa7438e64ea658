package io.llmforge.trainer.template;

/** A template that cannot be read, or that refuses a conversation. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final String reason;

  TemplateException(int line, String reason) {
    super("line %d of the chat template: %s".formatted(line, reason));
    this.line = line;
    this.reason = reason;
  }

  /** Line of the template, from 1. */
  public int line() {
    return line;
  }

  /** What is wrong; for {@code raise_exception}, what the template's author says. */
  public String reason() {
    return reason;
  }
}
