package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.RunRequests;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Requests from outside, looked at between two steps. */
public final class RunControl implements RunRequests {

  private final AtomicReference<@Nullable Long> stoppedAtNanos = new AtomicReference<>();
  private final AtomicBoolean checkpoint = new AtomicBoolean();

  @Override
  public void checkpoint() {
    checkpoint.set(true);
  }

  @Override
  public void stop() {
    stoppedAtNanos.compareAndSet(null, System.nanoTime());
  }

  /** How long ago it was first asked to stop; zero when it was not. */
  Duration sinceStop() {
    @Nullable Long then = stoppedAtNanos.get();
    return then == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - then);
  }

  public boolean isStopRequested() {
    return stoppedAtNanos.get() != null;
  }

  /** Whether a checkpoint was asked for since the last call. */
  boolean takeCheckpointRequest() {
    return checkpoint.getAndSet(false);
  }
}
