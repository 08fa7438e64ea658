package io.llmforge.trainer.data;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Which tokens of a row are learned.
 *
 * <p>An assistant's turn is learned whole: its header, its text and its end token, everything that
 * the {@code assistant} template makes of a message. That is how LLMForge's models were trained and
 * prompted (a model trained so writes the header itself when nothing opens the turn for it).
 */
final class TargetMask {

  private TargetMask() {}

  /** Every token that stands for a character of one of the turns. */
  static BitSet ofTurns(EncodedText encoded, List<TextSpan> turns) {
    BitSet mask = new BitSet(encoded.spans().size());
    for (int token = 0; token < encoded.spans().size(); token++) {
      TextSpan span = encoded.spans().get(token);
      mask.set(token, turns.stream().anyMatch(turn -> belongs(span, turn)));
    }
    return mask;
  }

  /**
   * Proves by decoding that the learned tokens say exactly what the assistant said.
   *
   * @return what is wrong, if anything is
   */
  static Optional<String> mismatch(
      String text,
      List<TextSpan> turns,
      EncodedText encoded,
      BitSet mask,
      TextTokenizer tokenizer) {
    int[] tokens = encoded.tokens();
    if (mask.length() > tokens.length) {
      return Optional.of(
          "%d tokens have a mask of %d; it belongs to another row"
              .formatted(tokens.length, mask.length()));
    }
    int from = 0;
    for (TextSpan turn : turns) {
      String said = turn.of(text);
      int start = mask.nextSetBit(from);
      if (start < 0) {
        return Optional.of(
            "no token of the answer \"%s\" would be learned".formatted(shortened(said)));
      }
      int end = endOfTurn(encoded, mask, start, turn);
      String learned = decoded(tokens, start, end, tokenizer);
      if (!normalised(learned).equals(normalised(said))) {
        return Optional.of(
            ("the learned tokens say \"%s\" where the assistant says \"%s\"; the tokenizer does not"
                    + " know some of its characters, or joins text across the turn's border, which a"
                    + " special token there would prevent")
                .formatted(shortened(learned), shortened(said)));
      }
      from = end;
    }
    int beyond = mask.nextSetBit(from);
    return beyond < 0
        ? Optional.empty()
        : Optional.of(
            "token %d, \"%s\", would be learned, which no assistant says"
                .formatted(beyond, decoded(tokens, beyond, beyond + 1, tokenizer)));
  }

  /** The stretches of learned tokens. */
  static List<TokenRange> ranges(BitSet mask) {
    List<TokenRange> ranges = new ArrayList<>();
    for (int start = mask.nextSetBit(0); start >= 0; ) {
      int end = mask.nextClearBit(start);
      ranges.add(new TokenRange(start, end));
      start = mask.nextSetBit(end);
    }
    return ranges;
  }

  private static boolean belongs(TextSpan span, TextSpan turn) {
    return span.start() < turn.end()
        && (span.end() > turn.start()
            || (span.start() == span.end() && span.start() == turn.start()));
  }

  private static int endOfTurn(EncodedText encoded, BitSet mask, int start, TextSpan turn) {
    int end = start;
    while (mask.get(end) && encoded.spans().get(end).start() < turn.end()) {
      end++;
    }
    return end;
  }

  /** What the tokens add to the text before them: decoders treat the start of a text specially. */
  private static String decoded(int[] tokens, int start, int end, TextTokenizer tokenizer) {
    String before = tokenizer.decode(Arrays.copyOf(tokens, start));
    String all = tokenizer.decode(Arrays.copyOf(tokens, end));
    return all.startsWith(before) ? all.substring(before.length()) : all;
  }

  /**
   * Some tokenizers compose characters (NFC) before they look at them; those in the manner of
   * SentencePiece write a blank as U+2581 and cannot tell the two apart.
   */
  private static String normalised(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC).replace('\u2581', ' ');
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, text.offsetByCodePoints(0, 40)) + "...";
  }
}
