package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tries again what a network may have broken: {@value #MOST} times in a row without progress, with
 * pauses that double up to a minute, or as long as the server asks for.
 */
final class Tries {

  static final int MOST = 6;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_ASKED_PAUSE = Duration.ofMinutes(10);

  private final FetchControl control;

  Tries(FetchControl control) {
    this.control = control;
  }

  /** Something that a network may break. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Works until it succeeds.
   *
   * @param what what is done, for messages
   * @param progress grows when a try that failed was not in vain
   * @throws RemoteStore.ChangedException at once
   */
  <T> T run(String what, Work<T> work, LongSupplier progress) throws RemoteStore.ChangedException {
    int failures = 0;
    long reached = progress.getAsLong();
    while (true) {
      control.requireGoOn();
      try {
        return work.run();
      } catch (RemoteStore.ChangedException e) {
        throw e;
      } catch (IOException e) {
        failures = progress.getAsLong() > reached ? 1 : failures + 1;
        reached = progress.getAsLong();
        if (failures >= MOST) {
          throw new StorageException.Unavailable(
              "%s failed %d times: %s".formatted(what, MOST, reason(e)), e);
        }
        Duration pause = pause(e, failures);
        control
            .console()
            .warning("%s: %s; again in %d s".formatted(what, reason(e), pause.toSeconds()));
        control.await(pause);
      }
    }
  }

  private static Duration pause(IOException failure, int failures) {
    Duration own = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 6));
    Duration bounded = own.compareTo(LONGEST_PAUSE) < 0 ? own : LONGEST_PAUSE;
    if (failure instanceof BusyException busy && busy.retryAfter().isPresent()) {
      Duration asked = busy.retryAfter().get();
      return asked.compareTo(LONGEST_ASKED_PAUSE) < 0 ? asked : LONGEST_ASKED_PAUSE;
    }
    return bounded;
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }
}
