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

  /**
   * A packer for one token budget.
   *
   * @param tokenBudget most tokens of a micro-batch; a longer row stands alone
   */
  public RowPacker(int tokenBudget) {
    if (tokenBudget < 1) {
      throw new IllegalArgumentException("token budget must be positive, was " + tokenBudget);
    }
    this.tokenBudget = tokenBudget;
  }

  public List<List<TokenRow>> pack(List<TokenRow> rows) {
    List<List<TokenRow>> batches = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    List<TokenRow> longestFirst =
        rows.stream().sorted(Comparator.comparingInt(TokenRow::length).reversed()).toList();
    for (TokenRow row : longestFirst) {
      int batch = firstWithRoom(sizes, row.length());
      if (batch == batches.size()) {
        batches.add(new ArrayList<>());
        sizes.add(0);
      }
      batches.get(batch).add(row);
      sizes.set(batch, sizes.get(batch) + row.length());
    }
    return batches.stream().map(List::copyOf).toList();
  }

  private int firstWithRoom(List<Integer> sizes, int length) {
    int batch = 0;
    while (batch < sizes.size() && sizes.get(batch) + length > tokenBudget) {
      batch++;
    }
    return batch;
  }
}
