package io.llmforge.trainer.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A conversation as tokens, from one encoding of its whole text.
 *
 * @param tokens token numbers
 * @param learned the ranges that are learned, in their order and apart from each other: one per
 *     learned turn, each proved by decoding; or all tokens
 * @param remarks what its user should know of it, for {@link RowProblems#remark}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; the array is the data
public record EncodedConversation(int[] tokens, List<TokenRange> learned, List<String> remarks) {

  public EncodedConversation {
    learned = List.copyOf(learned);
    remarks = List.copyOf(remarks);
    if (learned.isEmpty() || learned.getLast().end() > tokens.length) {
      throw new IllegalArgumentException(
          "%d tokens, of which %s would be learned".formatted(tokens.length, learned));
    }
  }

  /** Positions whose token is learned. */
  public BitSet mask() {
    BitSet mask = new BitSet(tokens.length);
    learned.forEach(range -> mask.set(range.start(), range.end()));
    return mask;
  }

  /** What comes before the last learned range: of a preference pair, the prompt. */
  public int[] prompt() {
    return Arrays.copyOf(tokens, learned.getLast().start());
  }

  /** The last learned range: of a preference pair, the completion. */
  public int[] completion() {
    TokenRange last = learned.getLast();
    return Arrays.copyOfRange(tokens, last.start(), last.end());
  }
}
