package io.llmforge.trainer.data;

/**
 * Strips what Python's {@code str.strip()} strips, because the chat template that is published with
 * the model strips with it. {@link String#strip()} keeps no-break spaces and U+0085.
 */
final class SurroundingWhitespace {

  private SurroundingWhitespace() {}

  static String strip(String text) {
    int start = 0;
    while (start < text.length() && isWhitespace(text.charAt(start))) {
      start++;
    }
    return stripEnd(text.substring(start));
  }

  static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  private static boolean isWhitespace(char unit) {
    return Character.isWhitespace(unit)
        || Character.getType(unit) == Character.SPACE_SEPARATOR
        || unit == '\u0085';
  }
}
