package io.llmforge.trainer.data;

import java.util.List;

/**
 * The tokens of one text.
 *
 * @param tokens token numbers
 * @param spans part of the text each token stands for; together they cover the text without gaps,
 *     and the tokens of one character that needs several share its span
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; the array is the data
record EncodedText(int[] tokens, List<TextSpan> spans) {
  EncodedText {
    if (tokens.length != spans.size()) {
      throw new IllegalArgumentException(
          "%d tokens but %d spans".formatted(tokens.length, spans.size()));
    }
    spans = List.copyOf(spans);
  }
}
