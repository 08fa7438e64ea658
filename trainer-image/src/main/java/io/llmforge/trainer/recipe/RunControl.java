package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.RunRequests;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Requests from outside, looked at between two steps. */
public final class RunControl implements RunRequests {

  private final AtomicBoolean stop = new AtomicBoolean();
  private volatile long stoppedAtNanos = System.nanoTime();
  private final AtomicBoolean checkpoint = new AtomicBoolean();

  @Override
  public void checkpoint() {
    checkpoint.set(true);
  }

  @Override
  public void stop() {
    if (stop.compareAndSet(false, true)) {
      stoppedAtNanos = System.nanoTime();
    }
  }

  /** How long ago it was first asked to stop; zero when it was not. */
  Duration sinceStop() {
    return isStopRequested() ? Duration.ofNanos(System.nanoTime() - stoppedAtNanos) : Duration.ZERO;
  }

  public boolean isStopRequested() {
    return stop.get();
  }

  /** Whether a checkpoint was asked for since the last call. */
  boolean takeCheckpointRequest() {
    return checkpoint.getAndSet(false);
  }
}
