package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

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
    return pack(LazyRows.lengths(sequences)).stream()
        .map(numbers -> LazyRows.chosen(sequences, numbers))
        .toList();
  }

  /** As {@link #pack(List)}, by the lengths of the sequences alone; gives their numbers. */
  List<int[]> pack(int... lengths) {
    List<IntStream.Builder> batches = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int row : longestFirst(lengths)) {
      int length = length(lengths, row);
      int batch = firstWithRoom(sizes, length);
      if (batch == batches.size()) {
        batches.add(IntStream.builder());
        sizes.add(0);
      }
      IntStream.range(row * sequencesPerRow, (row + 1) * sequencesPerRow)
          .forEach(batches.get(batch)::add);
      sizes.set(batch, sizes.get(batch) + length);
    }
    return batches.stream().map(batch -> batch.build().toArray()).toList();
  }

  /**
   * Tokens of the largest micro-batch that some sequences make.
   *
   * @param numbers which of all sequences
   * @param lengths tokens of all sequences
   */
  public int largestBatch(int[] numbers, int[] lengths) {
    int[] chosen = Arrays.stream(numbers).map(number -> lengths[number]).toArray();
    return pack(chosen).stream()
        .mapToInt(batch -> Arrays.stream(batch).map(number -> chosen[number]).sum())
        .max()
        .orElse(0);
  }

  private int[] longestFirst(int[] lengths) {
    return IntStream.range(0, lengths.length / sequencesPerRow)
        .boxed()
        .sorted(Comparator.comparingInt((Integer row) -> length(lengths, row)).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private int length(int[] lengths, int row) {
    return IntStream.range(row * sequencesPerRow, (row + 1) * sequencesPerRow)
        .map(sequence -> lengths[sequence])
        .sum();
  }

  private int firstWithRoom(List<Integer> sizes, int length) {
    int batch = 0;
    while (batch < sizes.size() && sizes.get(batch) + length > tokenBudget) {
      batch++;
    }
    return batch;
  }
}
