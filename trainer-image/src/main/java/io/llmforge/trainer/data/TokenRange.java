package io.llmforge.trainer.data;

/**
 * Consecutive tokens of a conversation.
 *
 * @param start position of the first token
 * @param end position after the last token
 */
public record TokenRange(int start, int end) {
  public TokenRange {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException("no tokens from %d to %d".formatted(start, end));
    }
  }

  public int length() {
    return end - start;
  }
}
