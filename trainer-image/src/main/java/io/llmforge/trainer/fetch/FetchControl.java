package io.llmforge.trainer.fetch;

import io.llmforge.trainer.report.ConsoleProgress;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * How fetching is watched and stopped.
 *
 * @param stopRequested whether the pod is asked to end
 * @param pause waits before another try
 * @param console lines for the log
 */
public record FetchControl(BooleanSupplier stopRequested, Pause pause, ConsoleProgress console) {

  private static final Duration SLICE = Duration.ofMillis(250);

  /** Waits. */
  @FunctionalInterface
  public interface Pause {
    void await(Duration duration) throws InterruptedException;
  }

  /** The pod was asked to end; what is fetched stays and is continued by the next. */
  public static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoppedException() {
      super("asked to stop while fetching");
    }
  }

  void requireGoOn() {
    if (stopRequested.getAsBoolean()) {
      throw new StoppedException();
    }
  }

  /** Waits in slices, so that a stop is noticed. */
  void await(Duration duration) {
    try {
      Duration left = duration;
      while (left.isPositive()) {
        requireGoOn();
        Duration slice = left.compareTo(SLICE) < 0 ? left : SLICE;
        pause.await(slice);
        left = left.minus(slice);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
  }
}
