package io.llmforge.trainer.data;

import java.util.Arrays;
import java.util.BitSet;

/**
 * One row as the model sees it. The arrays are shared, not copied: rows are many, and nothing
 * writes to them after construction.
 *
 * @param line line of the data file, from 1
 * @param tokens token numbers
 * @param trained positions whose token is learned
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; the array is the data
public record TokenRow(long line, int[] tokens, BitSet trained) {

  /** Stands at positions that are not learned, as PyTorch's cross entropy ignores it. */
  public static final int IGNORED = -100;

  public int length() {
    return tokens.length;
  }

  /** Trained tokens that have a token before them to be predicted from. */
  public int targets() {
    return trained.get(0) ? trained.cardinality() - 1 : trained.cardinality();
  }

  /** The token at each learned position, {@link #IGNORED} elsewhere; the first is never learned. */
  public int[] labels() {
    int[] labels = new int[tokens.length];
    for (int position = 0; position < labels.length; position++) {
      labels[position] = position > 0 && trained.get(position) ? tokens[position] : IGNORED;
    }
    return labels;
  }

  TokenRow truncated(int contextLength) {
    return tokens.length <= contextLength
        ? this
        : new TokenRow(line, Arrays.copyOf(tokens, contextLength), trained.get(0, contextLength));
  }

  /**
   * Filled up with token 0, which nothing learns and, attention being causal, nothing before it
   * sees.
   */
  TokenRow padded(int contextLength) {
    return tokens.length >= contextLength
        ? this
        : new TokenRow(line, Arrays.copyOf(tokens, contextLength), trained);
  }
}
