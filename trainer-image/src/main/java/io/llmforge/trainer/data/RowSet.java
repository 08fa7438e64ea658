package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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
 * @param dropped numbers of the file's rows that are left out, ascending
 */
public record RowSet(
    List<TokenRow> rows, int sequencesPerRow, int truncated, List<Integer> dropped) {

  public RowSet {
    rows = rows instanceof LazyRows ? rows : List.copyOf(rows);
    dropped = List.copyOf(dropped);
    if (sequencesPerRow < 1 || rows.size() % sequencesPerRow != 0) {
      throw new IllegalArgumentException(
          "%d sequences do not make rows of %d".formatted(rows.size(), sequencesPerRow));
    }
  }

  /** Rows of which none is left out. */
  public RowSet(List<TokenRow> rows, int sequencesPerRow, int truncated) {
    this(rows, sequencesPerRow, truncated, List.of());
  }

  /**
   * Cuts sequences to the context length; they lose their end. A row of one sequence that is left
   * without a target is a problem; one of several is left out when any of them is, as a pair whose
   * prompt fills the context says nothing, and that is remarked.
   */
  public RowSet cut(int contextLength, RowProblems problems) {
    List<Integer> without = new ArrayList<>();
    int lostEnd = 0;
    for (int number = 0; number < size(); number++) {
      List<TokenRow> row = sequencesOf(number);
      if (row.stream().anyMatch(sequence -> sequence.truncated(contextLength).targets() == 0)) {
        without.add(number);
        report(row.getFirst(), contextLength, problems);
      } else {
        lostEnd += (int) row.stream().filter(one -> one.length() > contextLength).count();
      }
    }
    if (sequencesPerRow > 1 && size() > 0 && without.size() == size()) {
      problems.addForFile(
          "nothing to learn is left of any row within context_length %d; raise context_length"
              .formatted(contextLength));
    }
    RowSet kept = without(without);
    return new RowSet(LazyRows.cut(kept.rows(), contextLength), sequencesPerRow, lostEnd, without);
  }

  /** The rows without some of them. */
  RowSet without(List<Integer> rowNumbers) {
    if (rowNumbers.isEmpty()) {
      return this;
    }
    BitSet left = new BitSet(size());
    left.set(0, size());
    rowNumbers.forEach(left::clear);
    int[] sequences =
        left.stream()
            .flatMap(row -> IntStream.range(row * sequencesPerRow, (row + 1) * sequencesPerRow))
            .toArray();
    return new RowSet(LazyRows.chosen(rows, sequences), sequencesPerRow, truncated, rowNumbers);
  }

  /** Every row filled up to the context length. */
  public RowSet padded(int contextLength) {
    return new RowSet(LazyRows.padded(rows, contextLength), sequencesPerRow, truncated, dropped);
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

  private void report(TokenRow row, int contextLength, RowProblems problems) {
    if (sequencesPerRow == 1) {
      problems.add(row.line(), withoutTarget(row, contextLength));
    } else {
      problems.remark(
          row.line(),
          "left out, as nothing of an answer is left within context_length %d"
              .formatted(contextLength));
    }
  }

  private static String withoutTarget(TokenRow row, int contextLength) {
    return row.targets() == 0
        ? "the row has no token to learn; it needs at least two tokens"
        : "nothing to learn is left of the row's %d tokens within context_length %d; raise context_length or shorten the row"
            .formatted(row.length(), contextLength);
  }
}
