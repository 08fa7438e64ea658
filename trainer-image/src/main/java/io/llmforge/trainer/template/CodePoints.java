package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Text;
import java.util.List;

/** Texts as sequences of Unicode code points, as Python has them. */
final class CodePoints {

  private CodePoints() {}

  static int count(String text) {
    return text.codePointCount(0, text.length());
  }

  /** The character at an index from 0. */
  static String at(String text, int index) {
    int start = text.offsetByCodePoints(0, index);
    return Character.toString(text.codePointAt(start));
  }

  static List<Value> characters(String text) {
    return text.codePoints().<Value>mapToObj(c -> new Text(Character.toString(c))).toList();
  }

  static String slice(String text, SliceRange range) {
    int[] codePoints = text.codePoints().toArray();
    StringBuilder slice = new StringBuilder();
    range.indices(codePoints.length).forEach(index -> slice.appendCodePoint(codePoints[index]));
    return slice.toString();
  }

  static String reversed(String text) {
    int[] codePoints = text.codePoints().toArray();
    StringBuilder reversed = new StringBuilder(text.length());
    for (int index = codePoints.length - 1; index >= 0; index--) {
      reversed.appendCodePoint(codePoints[index]);
    }
    return reversed.toString();
  }

  /** The index of a character, given its UTF-16 offset; -1 stays. */
  static long index(String text, int offset) {
    return offset < 0 ? -1 : text.codePointCount(0, offset);
  }
}
