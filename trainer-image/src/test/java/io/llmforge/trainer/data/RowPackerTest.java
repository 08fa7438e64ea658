package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowPackerTest {

  @Test
  void packingKeepsEveryRowOnceAndTheBudget() {
    var random = new Random(7);
    for (int round = 0; round < 200; round++) {
      int budget = 1 + random.nextInt(60);
      var rows =
          IntStream.range(0, 1 + random.nextInt(20))
              .mapToObj(line -> row(line, 1 + random.nextInt(30)))
              .toList();

      var batches = new RowPacker(budget, 1).pack(rows);

      assertThat(batches.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(rows);
      assertThat(batches)
          .allSatisfy(
              batch ->
                  assertThat(batch.size() == 1 || tokens(batch) <= budget)
                      .as(
                          "%d tokens of %d rows in a budget of %d",
                          tokens(batch), batch.size(), budget)
                      .isTrue());
    }
  }

  @Test
  void rowsThatFitTogetherShareAMicroBatch() {
    var batches = new RowPacker(10, 1).pack(List.of(row(1, 4), row(2, 6), row(3, 3), row(4, 7)));

    assertThat(batches).hasSize(2);
  }

  @Test
  void statisticsUseTheNearestRank() {
    var lengths = IntStream.rangeClosed(1, 100).toArray();

    var statistics = RowStatistics.of(lengths);

    assertThat(statistics).isEqualTo(new RowStatistics(100, 5050, 1, 50, 95, 100));
    assertThat(ContextLengthRule.contextLength(null, lengths, 64)).isEqualTo(95);
    assertThat(ContextLengthRule.contextLength(null, lengths, 128)).isEqualTo(128);
    assertThat(ContextLengthRule.contextLength(32, lengths, 128)).isEqualTo(32);
  }

  @Test
  void histogramCountsByPowersOfTwo() {
    assertThat(LengthHistogram.of(1, 2, 3, 4, 5, 8, 9, 300).text())
        .isEqualTo("<=1: 1 <=2: 1 <=4: 2 <=8: 2 <=16: 1 <=512: 1");
  }

  @Test
  void avoidedPaddingIsThatOfBatchesFilledToTheirLongestRow() {
    var lengths = new int[] {4, 1, 3, 8, 2};
    var rows = IntStream.of(lengths).mapToObj(length -> row(length, length)).toList();
    var set = new RowSet(rows, 1, 0);
    var layout = new StepLayout(5, 5, 1, 42);
    var order = RowOrder.of(42, 0, 5);
    var padded =
        2 * Math.max(lengths[order[0]], lengths[order[1]])
            + 2 * Math.max(lengths[order[2]], lengths[order[3]])
            + lengths[order[4]];

    assertThat(PaddingShare.avoided(set, layout, 2)).isEqualTo(1 - 18.0 / padded);
    assertThat(PaddingShare.avoided(set, layout, 1)).isZero();
  }

  private static int tokens(List<TokenRow> rows) {
    return rows.stream().mapToInt(TokenRow::length).sum();
  }

  private static TokenRow row(long line, int tokens) {
    return new TokenRow(line, new int[tokens], new BitSet());
  }
}
