package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepLayoutTest {

  @ParameterizedTest
  @CsvSource({
    "1,1,1,1",
    "1,8,3,3",
    "7,8,1,1",
    "8,8,1,1",
    "9,8,1,2",
    "9,8,2.5,5",
    "50,16,0.1,1",
    "480,8,8,480"
  })
  void stepsAreCountedAsTransformersCountsThem(
      int rows, int rowsPerStep, double epochs, long steps) {
    assertThat(new StepLayout(rows, rowsPerStep, epochs, 0).totalSteps()).isEqualTo(steps);
  }

  @Test
  void everyEpochSeesEveryRowOnce() {
    for (int rows = 1; rows <= 30; rows++) {
      for (int rowsPerStep = 1; rowsPerStep <= 9; rowsPerStep++) {
        var layout = new StepLayout(rows, rowsPerStep, 2, 42);
        var steps = new StepRows(layout);
        for (int epoch = 0; epoch < 2; epoch++) {
          long first = (long) epoch * layout.stepsPerEpoch();
          var seen =
              LongStream.range(first, first + layout.stepsPerEpoch())
                  .mapToObj(steps::of)
                  .flatMapToInt(Arrays::stream)
                  .sorted()
                  .toArray();

          assertThat(seen).isEqualTo(IntStream.range(0, rows).toArray());
        }
      }
    }
  }

  @Test
  void orderIsAFunctionOfSeedAndEpochAlone() {
    assertThat(RowOrder.of(42, 3, 100)).isEqualTo(RowOrder.of(42, 3, 100));
    assertThat(RowOrder.of(42, 3, 100)).isNotEqualTo(RowOrder.of(42, 4, 100));
    assertThat(RowOrder.of(42, 3, 100)).isNotEqualTo(RowOrder.of(43, 3, 100));
  }

  @Test
  void rowsOfAStepDoNotDependOnWhatWasAskedBefore() {
    var layout = new StepLayout(10, 4, 3, 42);
    var forward = new StepRows(layout);
    var inOrder = LongStream.range(0, 9).mapToObj(forward::of).toList();

    var backward = new StepRows(layout);
    for (int step = 8; step >= 0; step--) {
      assertThat(backward.of(step)).isEqualTo(inOrder.get(step));
      assertThat(new StepRows(layout).of(step)).isEqualTo(inOrder.get(step));
    }
  }

  @Test
  void orderNeverChangesBetweenVersions() {
    assertThat(RowOrder.of(42, 0, 10)).containsExactly(9, 1, 5, 4, 0, 8, 3, 7, 6, 2);
  }

  @Test
  void positionsOfARowAreSpreadEvenly() {
    var firsts = new int[10];
    for (int seed = 0; seed < 10_000; seed++) {
      firsts[RowOrder.of(seed, 0, 10)[0]]++;
    }

    assertThat(Arrays.stream(firsts).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(850, 1150));
  }

  @Test
  void epochsAreChosenToReachTheLeastNumberOfSteps() {
    assertThat(StepLayout.epochsFor(24 * 8, 8, 100)).isEqualTo(5);
    assertThat(StepLayout.epochsFor(1000, 8, 100)).isEqualTo(1);
  }

  @Test
  void epochIsCountedInRows() {
    var layout = new StepLayout(10, 4, 2, 0);

    assertThat(layout.epochAfter(1)).isEqualTo(0.4);
    assertThat(layout.epochAfter(3)).isEqualTo(1);
    assertThat(layout.epochAfter(4)).isEqualTo(1.4);
  }
}
