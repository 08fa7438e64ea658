package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Lays rows out as packed micro-batches of at most so many tokens: first fit, longest rows first.
 * Which rows belong together was decided before; packing only decides which of them share a
 * micro-batch, and a row is never split.
 */
public final class RowPacker {

  private final int tokenBudget;
  private final int sequencesPerRow;

  /**
   * A packer for one token budget.
   *
   * @param tokenBudget most tokens of a micro-batch; a longer row stands alone
   * @param sequencesPerRow how many consecutive sequences make one row and stay together
   */
  public RowPacker(int tokenBudget, int sequencesPerRow) {
    if (tokenBudget < 1) {
      throw new IllegalArgumentException("token budget must be positive, was " + tokenBudget);
    }
    this.tokenBudget = tokenBudget;
    this.sequencesPerRow = sequencesPerRow;
  }

  /** Sequences of each micro-batch, those of one row one after the other. */
  public List<List<TokenRow>> pack(List<TokenRow> sequences) {
    List<List<TokenRow>> batches = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    List<List<TokenRow>> longestFirst =
        rows(sequences).stream()
            .sorted(Comparator.comparingInt(RowPacker::length).reversed())
            .toList();
    for (List<TokenRow> row : longestFirst) {
      int length = length(row);
      int batch = firstWithRoom(sizes, length);
      if (batch == batches.size()) {
        batches.add(new ArrayList<>());
        sizes.add(0);
      }
      batches.get(batch).addAll(row);
      sizes.set(batch, sizes.get(batch) + length);
    }
    return batches.stream().map(List::copyOf).toList();
  }

  private List<List<TokenRow>> rows(List<TokenRow> sequences) {
    List<List<TokenRow>> rows = new ArrayList<>();
    for (int first = 0; first < sequences.size(); first += sequencesPerRow) {
      rows.add(sequences.subList(first, first + sequencesPerRow));
    }
    return rows;
  }

  private static int length(List<TokenRow> row) {
    return row.stream().mapToInt(TokenRow::length).sum();
  }

  private int firstWithRoom(List<Integer> sizes, int length) {
    int batch = 0;
    while (batch < sizes.size() && sizes.get(batch) + length > tokenBudget) {
      batch++;
    }
    return batch;
  }
}
