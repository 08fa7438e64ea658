package io.llmforge.trainer.data;

import java.util.Arrays;

/**
 * Which rows make which optimizer step: consecutive rows of the epoch's order. The order of the
 * epoch that was asked about last is remembered, as steps come one after the other. Belongs to one
 * thread.
 */
public final class StepRows {

  private final StepLayout layout;
  private int epoch = -1;
  private int[] order = {};

  public StepRows(StepLayout layout) {
    this.layout = layout;
  }

  /** The rows of a step, counted from 0, as indices into the file's rows. */
  public int[] of(long step) {
    int first = Math.toIntExact(step % layout.stepsPerEpoch()) * layout.rowsPerStep();
    int end = Math.min(layout.rows(), first + layout.rowsPerStep());
    return Arrays.copyOfRange(orderOf(Math.toIntExact(step / layout.stepsPerEpoch())), first, end);
  }

  private int[] orderOf(int asked) {
    if (asked != epoch) {
      order = RowOrder.of(layout.seed(), asked, layout.rows());
      epoch = asked;
    }
    return order;
  }
}
