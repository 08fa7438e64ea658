package io.llmforge.trainer.tracking;

import java.io.IOException;
import java.net.URI;

/**
 * A server that keeps measurements of runs. An {@link IOException} means that another try may help,
 * and asking again does no harm.
 */
interface TrackingServer extends AutoCloseable {

  URI address();

  /** Finds the run, or makes it. */
  TrackedRun open() throws IOException, RefusedException;

  @Override
  void close();
}
