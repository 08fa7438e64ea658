package io.llmforge.trainer.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The rows of one file, ready to train on. A row is one token sequence, or for preferences two: the
 * chosen and the rejected one. Rows that lie on disk are read each time they are asked for.
 *
 * @param rows sequences cut to the context length, each with at least one target; those of one row
 *     one after the other
 * @param sequencesPerRow how many consecutive sequences make one row
 * @param truncated how many of them lost their end
 */
public record RowSet(List<TokenRow> rows, int sequencesPerRow, int truncated) {

  public RowSet {
    rows = rows instanceof LazyRows ? rows : List.copyOf(rows);
    if (sequencesPerRow < 1 || rows.size() % sequencesPerRow != 0) {
      throw new IllegalArgumentException(
          "%d sequences do not make rows of %d".formatted(rows.size(), sequencesPerRow));
    }
  }

  /**
   * Cuts rows to the context length; they lose their end. A row left without a target is a problem.
   */
  public static RowSet cut(List<TokenRow> rows, int contextLength, RowProblems problems) {
    IntStream.Builder kept = IntStream.builder();
    int truncated = 0;
    for (int number = 0; number < rows.size(); number++) {
      TokenRow row = rows.get(number);
      TokenRow shorter = row.truncated(contextLength);
      truncated += shorter.length() < row.length() ? 1 : 0;
      if (shorter.targets() > 0) {
        kept.add(number);
      } else {
        problems.add(row.line(), withoutTarget(row, contextLength));
      }
    }
    List<TokenRow> chosen = LazyRows.chosen(rows, kept.build().toArray());
    return new RowSet(LazyRows.cut(chosen, contextLength), 1, truncated);
  }

  /** Every row filled up to the context length. */
  public RowSet padded(int contextLength) {
    return new RowSet(LazyRows.padded(rows, contextLength), sequencesPerRow, truncated);
  }

  /** How many rows there are, however many sequences each has. */
  public int size() {
    return rows.size() / sequencesPerRow;
  }

  /** The sequences of the rows with these numbers, one row after the other. */
  public List<TokenRow> sequencesOf(int... rowNumbers) {
    return Arrays.stream(sequenceNumbersOf(rowNumbers)).mapToObj(rows::get).toList();
  }

  /** Where {@link #sequencesOf} lie in {@link #rows}. */
  public int[] sequenceNumbersOf(int... rowNumbers) {
    return Arrays.stream(rowNumbers)
        .flatMap(row -> IntStream.range(row * sequencesPerRow, (row + 1) * sequencesPerRow))
        .toArray();
  }

  /** Tokens of the longest row, all its sequences together; 0 without rows. */
  public int longestRow() {
    int[] lengths = lengths();
    return IntStream.range(0, size())
        .map(row -> Arrays.stream(sequenceNumbersOf(row)).map(number -> lengths[number]).sum())
        .max()
        .orElse(0);
  }

  /** Tokens of each sequence. */
  public int[] lengths() {
    return LazyRows.lengths(rows);
  }

  public long targets() {
    return rows.stream().mapToLong(TokenRow::targets).sum();
  }

  private static String withoutTarget(TokenRow row, int contextLength) {
    return row.targets() == 0
        ? "the row has no token to learn; it needs at least two tokens"
        : "nothing to learn is left of the row's %d tokens within context_length %d; raise context_length or shorten the row"
            .formatted(row.length(), contextLength);
  }
}
