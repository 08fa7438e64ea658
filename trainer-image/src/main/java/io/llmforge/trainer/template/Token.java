package io.llmforge.trainer.template;

/**
 * A piece of a template.
 *
 * @param text data as it is printed, a name, a string's value, a number's or operator's characters
 * @param line line of the template, from 1
 */
record Token(Kind kind, String text, int line) {

  enum Kind {
    DATA("text"),
    BLOCK_BEGIN("{%"),
    BLOCK_END("%}"),
    VARIABLE_BEGIN("{{"),
    VARIABLE_END("}}"),
    NAME("a name"),
    STRING("a string"),
    INTEGER("a number"),
    FLOAT("a number"),
    OPERATOR("an operator"),
    END("the end of the template");

    private final String description;

    Kind(String description) {
      this.description = description;
    }

    String description() {
      return description;
    }
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** For messages. */
  String shown() {
    return switch (kind) {
      case NAME, OPERATOR, INTEGER, FLOAT -> "'" + text + "'";
      case STRING -> "the string '" + text + "'";
      case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END -> kind.description();
    };
  }
}
