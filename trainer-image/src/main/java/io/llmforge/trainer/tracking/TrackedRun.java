package io.llmforge.trainer.tracking;

import java.io.IOException;
import java.util.List;

/** A run on a server. After an {@link IOException} the same is said again. */
interface TrackedRun {

  /** Where people look at it. */
  String place();

  /** Sends what the run does not have; the caller keeps batches small. */
  void send(List<Measurements> batch) throws IOException, RefusedException;

  /** Is told now and then that nothing was measured. */
  void stayAlive() throws IOException, RefusedException;

  /** Says how the attempt ended. */
  void end(TrackedEnd end) throws IOException, RefusedException;
}
