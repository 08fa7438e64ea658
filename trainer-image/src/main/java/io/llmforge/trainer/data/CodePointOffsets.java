package io.llmforge.trainer.data;

/**
 * Translates positions counted in Unicode code points, as the tokenizer library counts, to UTF-16
 * units, as Java strings count. They differ after the first character outside the basic plane.
 */
final class CodePointOffsets {

  private final int[] utf16;

  CodePointOffsets(String text) {
    utf16 = new int[text.codePointCount(0, text.length()) + 1];
    int unit = 0;
    for (int codePoint = 0; codePoint < utf16.length - 1; codePoint++) {
      utf16[codePoint] = unit;
      unit += Character.charCount(text.codePointAt(unit));
    }
    utf16[utf16.length - 1] = text.length();
  }

  int utf16(int codePoint) {
    return utf16[codePoint];
  }
}
