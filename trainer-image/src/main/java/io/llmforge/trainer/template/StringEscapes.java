package io.llmforge.trainer.template;

/** Backslashes in string literals, as Python reads them; an unknown one stays as it is. */
final class StringEscapes {

  private static final int MOST_OCTAL_DIGITS = 3;

  private final String literal;
  private final int line;
  private final StringBuilder text = new StringBuilder();
  private int position;

  private StringEscapes(String literal, int line) {
    this.literal = literal;
    this.line = line;
  }

  static String resolved(String literal, int line) {
    return literal.indexOf('\\') < 0 ? literal : new StringEscapes(literal, line).resolve();
  }

  private String resolve() {
    while (position < literal.length()) {
      char unit = literal.charAt(position++);
      if (unit != '\\' || position == literal.length()) {
        text.append(unit);
      } else {
        escape(literal.charAt(position++));
      }
    }
    return text.toString();
  }

  private void escape(char kind) {
    switch (kind) {
      case '\n' -> {}
      case '\\', '\'', '"' -> text.append(kind);
      case 'a' -> text.append('\u0007');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'n' -> text.append('\n');
      case 'r' -> text.append('\r');
      case 't' -> text.append('\t');
      case 'v' -> text.append('\u000b');
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
      case 'x' -> hexadecimal(2);
      case 'u' -> hexadecimal(4);
      case 'U' -> hexadecimal(8);
      case 'N' -> named();
      default -> text.append('\\').append(kind);
    }
  }

  private void octal() {
    int start = position - 1;
    while (position < literal.length()
        && position - start < MOST_OCTAL_DIGITS
        && literal.charAt(position) >= '0'
        && literal.charAt(position) <= '7') {
      position++;
    }
    text.appendCodePoint(Integer.parseInt(literal, start, position, 8));
  }

  private void hexadecimal(int digits) {
    int end = position + digits;
    if (end > literal.length()
        || !literal.substring(position, end).chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
      throw new TemplateException(
          line, "a \\x, \\u or \\U in a string needs %d hexadecimal digits".formatted(digits));
    }
    long codePoint = Long.parseLong(literal, position, end, 16);
    if (codePoint > Character.MAX_CODE_POINT) {
      throw new TemplateException(line, "there is no character U+%X".formatted(codePoint));
    }
    text.appendCodePoint((int) codePoint);
    position = end;
  }

  private void named() {
    int end = literal.indexOf('}', position);
    if (position >= literal.length() || literal.charAt(position) != '{' || end < 0) {
      throw new TemplateException(line, "\\N in a string needs a character's name in braces");
    }
    try {
      text.appendCodePoint(Character.codePointOf(literal.substring(position + 1, end)));
    } catch (IllegalArgumentException e) {
      throw new TemplateException(
          line, "there is no character named " + literal.substring(position + 1, end));
    }
    position = end + 1;
  }
}
