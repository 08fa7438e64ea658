package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Deals the rows of a step out to devices: the longest row first, each to the device that has the
 * fewest tokens so far. Depends on the rows and the number of parts alone, so that a step is the
 * same however many processes make it.
 *
 * @param count how many parts
 * @param sequencesPerRow how many consecutive sequences make one row and stay together
 */
public record RowParts(int count, int sequencesPerRow) {

  public RowParts {
    if (count < 1) {
      throw new IllegalArgumentException("rows make at least one part, not " + count);
    }
  }

  /** The sequences of each part, in the order they came; fewer rows than parts leave some empty. */
  public List<List<TokenRow>> of(List<TokenRow> sequences) {
    if (count == 1) {
      return List.of(sequences);
    }
    int[] lengths = LazyRows.lengths(sequences);
    List<List<Integer>> parts =
        Stream.<List<Integer>>generate(ArrayList::new).limit(count).toList();
    long[] tokens = new long[count];
    for (int row : longestFirst(lengths)) {
      int part = leastOf(tokens);
      parts.get(part).add(row);
      tokens[part] += length(lengths, row);
    }
    return parts.stream().map(rows -> chosen(sequences, rows)).toList();
  }

  private List<TokenRow> chosen(List<TokenRow> sequences, List<Integer> rows) {
    Collections.sort(rows);
    return rows.stream()
        .flatMap(row -> sequences.subList(first(row), first(row + 1)).stream())
        .toList();
  }

  private List<Integer> longestFirst(int[] lengths) {
    return IntStream.range(0, lengths.length / sequencesPerRow)
        .boxed()
        .sorted(Comparator.comparingInt((Integer row) -> length(lengths, row)).reversed())
        .toList();
  }

  private int length(int[] lengths, int row) {
    return IntStream.range(first(row), first(row + 1)).map(sequence -> lengths[sequence]).sum();
  }

  private int first(int row) {
    return row * sequencesPerRow;
  }

  private static int leastOf(long[] tokens) {
    return IntStream.range(0, tokens.length)
        .reduce((best, other) -> tokens[other] < tokens[best] ? other : best)
        .orElseThrow();
  }
}
