package io.llmforge.trainer.tracking;

import io.llmforge.crds.plan.TrackingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Sends a metrics file to a tracking server while it grows, in a thread of its own. The file is the
 * queue: what cannot be sent now is read again later, and memory stays the same however long a
 * server is away. Nothing that goes wrong here reaches the training.
 */
public final class Tracker implements AutoCloseable {

  private static final Duration BETWEEN_BATCHES = Duration.ofSeconds(2);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private static final Duration LAST_PAUSE = Duration.ofMillis(200);

  /** How long the end of a run waits for what is not sent yet. */
  public static final Duration LONGEST_END = Duration.ofSeconds(10);

  private static final String TOO_LATE =
      "the run is over and not all of it is at %s; metrics.jsonl has all measurements";

  private final TrackingServer server;
  private final String name;
  private final MetricsTail tail;
  private final TrackingSettings settings;
  private final TrackingLog log;
  private final Duration longestEnd;
  private final Thread thread;

  private Optional<TrackedEnd> end = Optional.empty();
  private boolean isClosing;
  private long closingNanos;

  /** There is no time left to try again. */
  private static final class TooLateException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** A question to the server. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws IOException, RefusedException;
  }

  private Tracker(TrackingServer server, String name, Path metrics, Surroundings surroundings) {
    this.server = server;
    this.name = name;
    this.tail = new MetricsTail(metrics);
    this.settings = surroundings.settings();
    this.log = surroundings.log();
    this.longestEnd = surroundings.longestEnd();
    this.thread = Thread.ofPlatform().daemon().name("tracking").unstarted(this::track);
  }

  /**
   * What a tracker stands in.
   *
   * @param settings what the environment says
   * @param log is told what goes wrong
   * @param clock when something was measured
   * @param longestEnd how long the end of a run waits for what is not sent yet
   */
  public record Surroundings(
      TrackingSettings settings, TrackingLog log, InstantSource clock, Duration longestEnd) {}

  /**
   * Begins to track; nothing, and a warning, when what the server asks for is not there.
   *
   * @param metrics the metrics file, cut to where the run goes on
   */
  public static Optional<Tracker> start(
      TrackingPlan plan, RunDescription run, Path metrics, Surroundings surroundings) {
    Optional<String> malformed = surroundings.settings().malformed();
    if (malformed.isPresent()) {
      surroundings
          .log()
          .warning(
              "nothing is tracked: %s has a line break or another character within it that is not printable ASCII; correct it in the Secret of spec.credentials with purpose Tracking"
                  .formatted(malformed.get()));
      return Optional.empty();
    }
    Optional<TrackingServer> server =
        switch (plan) {
          case TrackingPlan.Mlflow mlflow -> MlflowServer.of(mlflow, run, surroundings);
          case TrackingPlan.WeightsAndBiases wandb -> WandbServer.of(wandb, run, surroundings);
        };
    Optional<Tracker> tracker =
        server.map(found -> new Tracker(found, run.name(), metrics, surroundings));
    tracker.ifPresent(started -> started.thread.start());
    return tracker;
  }

  /** Says how the attempt ends; without it, it has failed. */
  public synchronized void ends(TrackedEnd how) {
    end = Optional.of(how);
  }

  /** How long {@link #close} may take. */
  public Duration longestClosing() {
    return longestEnd.multipliedBy(2);
  }

  /** Sends what is left, for a while, and returns whatever comes of it. */
  @Override
  public void close() {
    synchronized (this) {
      isClosing = true;
      closingNanos = System.nanoTime();
      notifyAll();
    }
    try {
      if (!thread.join(longestClosing())) {
        log.warning(TOO_LATE.formatted(server.address()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.close();
  }

  private void track() {
    try {
      TrackedRun run = persistently(server::open);
      log.line("[tracking] run '%s' on %s".formatted(name, run.place()));
      boolean isOver = false;
      while (!isOver) {
        // Asked first: what is written after it is not the last.
        isOver = isClosing();
        sendAll(run);
        if (!isOver) {
          persistently(
              () -> {
                run.stayAlive();
                return true;
              });
          pause(BETWEEN_BATCHES);
        }
      }
      TrackedEnd how = wayToEnd();
      persistently(
          () -> {
            run.end(how);
            return true;
          });
    } catch (RefusedException e) {
      log.failed();
      log.warning(
          "nothing more is tracked: %s refuses: %s; metrics.jsonl has all measurements"
              .formatted(server.address(), said(e)));
    } catch (TooLateException e) {
      log.warning(TOO_LATE.formatted(server.address()));
    } catch (IOException | RuntimeException e) {
      log.failed();
      log.warning("nothing more is tracked: " + settings.withoutSecrets(e.toString()));
    }
  }

  private void sendAll(TrackedRun run) throws IOException, RefusedException, TooLateException {
    for (MetricsTail.Chunk chunk = tail.next(); !chunk.isEmpty(); chunk = tail.next()) {
      var sent = chunk;
      persistently(
          () -> {
            run.send(sent.measured());
            return true;
          });
      tail.accept(chunk);
    }
  }

  /** Asks until there is an answer, or the run has been over for too long. */
  private <T> T persistently(Question<T> question) throws RefusedException, TooLateException {
    Duration pause = FIRST_PAUSE;
    boolean isSaid = false;
    while (true) {
      try {
        return question.ask();
      } catch (IOException e) {
        log.failed();
        if (isTooLate()) {
          throw new TooLateException();
        }
        if (!isSaid) {
          log.warning(
              "%s does not take measurements (%s); training goes on, and they are sent later"
                  .formatted(server.address(), said(e)));
          isSaid = true;
        }
        pause(pause);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
      }
    }
  }

  private String said(Exception problem) {
    return settings.withoutSecrets(String.valueOf(problem.getMessage()));
  }

  /** Waits, until the run is over; then it does not wait long. */
  private synchronized void pause(Duration longest) {
    boolean wasClosing = isClosing;
    long end = System.nanoTime() + (wasClosing ? LAST_PAUSE : longest).toNanos();
    try {
      for (long left = end - System.nanoTime();
          left > 0 && isClosing == wasClosing;
          left = end - System.nanoTime()) {
        wait(Math.ceilDiv(left, 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isClosing() {
    return isClosing;
  }

  private synchronized boolean isTooLate() {
    return isClosing && System.nanoTime() - closingNanos > longestEnd.toNanos();
  }

  private synchronized TrackedEnd wayToEnd() {
    return end.orElse(TrackedEnd.FAILED);
  }
}
