package io.llmforge.trainer.data;

import java.util.Arrays;

/** What padding would cost that packing does without. */
public final class PaddingShare {

  private PaddingShare() {}

  /**
   * The share of padding in the first epoch if every batch were padded to its longest sequence.
   *
   * @param rowsPerBatch rows of one batch; no batch crosses a step
   */
  public static double avoided(RowSet rows, StepLayout layout, int rowsPerBatch) {
    int[] lengths = rows.lengths();
    StepRows steps = new StepRows(layout);
    long real = 0;
    long padded = 0;
    for (long step = 0; step < layout.stepsPerEpoch(); step++) {
      int[] ofStep = steps.of(step);
      for (int first = 0; first < ofStep.length; first += rowsPerBatch) {
        int end = Math.min(ofStep.length, first + rowsPerBatch);
        int[] batch =
            Arrays.stream(rows.sequenceNumbersOf(Arrays.copyOfRange(ofStep, first, end)))
                .map(sequence -> lengths[sequence])
                .toArray();
        real += Arrays.stream(batch).asLongStream().sum();
        padded += (long) Arrays.stream(batch).max().orElse(0) * batch.length;
      }
    }
    return 1 - (double) real / padded;
  }
}
