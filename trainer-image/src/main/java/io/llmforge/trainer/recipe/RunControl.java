package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.RunRequests;
import java.util.concurrent.atomic.AtomicBoolean;

/** Requests from outside, looked at between two steps. */
public final class RunControl implements RunRequests {

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicBoolean checkpoint = new AtomicBoolean();

  @Override
  public void checkpoint() {
    checkpoint.set(true);
  }

  @Override
  public void stop() {
    stop.set(true);
  }

  public boolean isStopRequested() {
    return stop.get();
  }

  /** Whether a checkpoint was asked for since the last call. */
  boolean takeCheckpointRequest() {
    return checkpoint.getAndSet(false);
  }
}
