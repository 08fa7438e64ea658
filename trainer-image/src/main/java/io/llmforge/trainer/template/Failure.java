package io.llmforge.trainer.template;

/** What a value cannot do. The evaluator knows the line and makes a {@link TemplateException}. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Failure(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
