package io.llmforge.trainer.template;

import java.util.Locale;

/** Upper and lower case, as Python's strings have them. */
final class TextCases {

  private TextCases() {}

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** First character in title case, the rest in lower case. */
  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return titled(text.substring(0, first)) + lower(text).substring(lowerLength(text, first));
  }

  /** Every letter after something that has no case begins a word. */
  static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean inWord = false;
    for (int codePoint : text.codePoints().toArray()) {
      String character = Character.toString(codePoint);
      title.append(inWord ? lower(character) : titled(character));
      inWord = hasCase(codePoint);
    }
    return title.toString();
  }

  static String swapped(String text) {
    StringBuilder swapped = new StringBuilder();
    text.codePoints()
        .forEach(
            codePoint -> {
              String character = Character.toString(codePoint);
              swapped.append(
                  Character.isUpperCase(codePoint) ? lower(character) : upper(character));
            });
    return swapped.toString();
  }

  static boolean hasCase(int codePoint) {
    return Character.isUpperCase(codePoint)
        || Character.isLowerCase(codePoint)
        || Character.isTitleCase(codePoint);
  }

  /** Several characters for one, as the ligature fi has, keep only the first capital. */
  private static String titled(String character) {
    int codePoint = character.codePointAt(0);
    int single = Character.toTitleCase(codePoint);
    if (single != codePoint) {
      return Character.toString(single);
    }
    String upper = upper(character);
    if (CodePoints.count(upper) == 1) {
      return character;
    }
    int first = upper.offsetByCodePoints(0, 1);
    return upper.substring(0, first) + lower(upper.substring(first));
  }

  /** How much of the text in lower case its first character makes. */
  private static int lowerLength(String text, int first) {
    return lower(text.substring(0, first)).length();
  }
}
