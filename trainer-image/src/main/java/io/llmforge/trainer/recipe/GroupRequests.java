package io.llmforge.trainer.recipe;

import io.llmforge.trainer.distributed.TrainingGroup;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What all ranks do because one of them was asked to.
 *
 * @param stop save and end
 * @param checkpoint save and go on
 * @param waiting what comes next is not prepared everywhere
 */
record GroupRequests(boolean stop, boolean checkpoint, boolean waiting) {

  private static final int STOP = 1;
  private static final int CHECKPOINT = 2;
  private static final int WAIT = 4;

  /** Every rank says what it was asked since the last time, and whether it can go on. */
  static GroupRequests agreed(TrainingGroup group, RunControl control, BooleanSupplier prepared) {
    int mine =
        (control.isStopRequested() ? STOP : 0)
            | (control.takeCheckpointRequest() ? CHECKPOINT : 0)
            | (prepared.getAsBoolean() ? 0 : WAIT);
    List<byte[]> said = group.exchange(new byte[] {(byte) mine});
    int all = said.stream().mapToInt(bytes -> bytes[0]).reduce(0, (some, more) -> some | more);
    return new GroupRequests((all & STOP) != 0, (all & CHECKPOINT) != 0, (all & WAIT) != 0);
  }
}
