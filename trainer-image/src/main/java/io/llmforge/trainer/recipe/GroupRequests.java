package io.llmforge.trainer.recipe;

import io.llmforge.trainer.distributed.TrainingGroup;
import java.util.List;

/**
 * What all ranks do because one of them was asked to.
 *
 * @param stop save and end
 * @param checkpoint save and go on
 */
record GroupRequests(boolean stop, boolean checkpoint) {

  private static final int STOP = 1;
  private static final int CHECKPOINT = 2;

  /** Every rank says what it was asked since the last time. */
  static GroupRequests agreed(TrainingGroup group, RunControl control) {
    int mine =
        (control.isStopRequested() ? STOP : 0) | (control.takeCheckpointRequest() ? CHECKPOINT : 0);
    List<byte[]> said = group.exchange(new byte[] {(byte) mine});
    int all = said.stream().mapToInt(bytes -> bytes[0]).reduce(0, (some, more) -> some | more);
    return new GroupRequests((all & STOP) != 0, (all & CHECKPOINT) != 0);
  }
}
