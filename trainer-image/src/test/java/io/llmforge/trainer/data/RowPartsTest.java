package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowPartsTest {

  @Test
  void onePartIsTheRowsAsTheyCame() {
    List<TokenRow> rows = rows(3, 9, 1);

    assertThat(new RowParts(1, 1).of(rows)).containsExactly(rows);
  }

  @Test
  void longestRowsGoFirstToWhoHasTheFewestTokens() {
    List<List<Integer>> lengths = lengths(new RowParts(2, 1).of(rows(2, 9, 5, 5, 3)));

    // 9 | 5, then 5 joins the 5, then 3 joins the 9, and 2 that which has 10.
    assertThat(lengths).containsExactly(List.of(9, 3), List.of(2, 5, 5));
  }

  @Test
  void partsOfManyRowsHaveAlmostTheSameTokens() {
    List<TokenRow> rows = rows(IntStream.range(0, 64).map(i -> 1 + i * 37 % 101).toArray());

    List<Integer> sums =
        lengths(new RowParts(4, 1).of(rows)).stream()
            .map(part -> part.stream().mapToInt(Integer::intValue).sum())
            .toList();

    assertThat(sums).allMatch(sum -> Math.abs(sum - sums.getFirst()) <= 4);
  }

  @Test
  void sequencesOfOneRowStayTogether() {
    List<List<Integer>> lengths = lengths(new RowParts(2, 2).of(rows(1, 2, 30, 4, 5, 6)));

    assertThat(lengths).containsExactly(List.of(30, 4), List.of(1, 2, 5, 6));
  }

  @Test
  void fewerRowsThanPartsLeaveSomeEmpty() {
    assertThat(lengths(new RowParts(3, 1).of(rows(4, 7))))
        .containsExactly(List.of(7), List.of(4), List.of());
  }

  private static List<List<Integer>> lengths(List<List<TokenRow>> parts) {
    return parts.stream().map(part -> part.stream().map(TokenRow::length).toList()).toList();
  }

  private static List<TokenRow> rows(int... lengths) {
    return IntStream.of(lengths)
        .mapToObj(length -> new TokenRow(1, new int[length], new BitSet()))
        .toList();
  }
}
