package io.llmforge.trainer.template;

import java.util.function.IntPredicate;

/** White space as Python's {@code str.isspace} sees it, and what is stripped. */
final class PythonSpace {

  private PythonSpace() {}

  static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Character.getType(codePoint) == Character.SPACE_SEPARATOR
        || codePoint == '\u0085';
  }

  /** Whether the text is white space, and at least one character of it. */
  static boolean isBlank(String text) {
    return !text.isEmpty() && text.codePoints().allMatch(PythonSpace::isSpace);
  }

  static String stripStart(String text) {
    return stripStart(text, PythonSpace::isSpace);
  }

  static String stripEnd(String text) {
    return stripEnd(text, PythonSpace::isSpace);
  }

  static String stripStart(String text, IntPredicate stripped) {
    int start = 0;
    while (start < text.length() && stripped.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    return text.substring(start);
  }

  static String stripEnd(String text, IntPredicate stripped) {
    int end = text.length();
    while (end > 0 && stripped.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(0, end);
  }
}
