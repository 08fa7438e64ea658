package io.llmforge.trainer.data;

/**
 * A part of a text in UTF-16 units, as Java strings count.
 *
 * @param start first unit
 * @param end unit after the last
 */
record TextSpan(int start, int end) {
  TextSpan {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("no span from %d to %d".formatted(start, end));
    }
  }

  String of(String text) {
    return text.substring(start, end);
  }
}
