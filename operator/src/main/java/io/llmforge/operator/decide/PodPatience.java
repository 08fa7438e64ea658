package io.llmforge.operator.decide;

import io.llmforge.operator.observe.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long pods may be on their way before it is worth a word. Most of them work within seconds,
 * and each word is a write that every watcher of the job is sent.
 */
public final class PodPatience {

  private static final Duration LONGEST = Duration.ofSeconds(10);

  private PodPatience() {}

  /** Whether an attempt's pods may well be on their way still. */
  public static boolean lasts(Observation observation, RunState run) {
    return end(observation, run).filter(observation.now()::isBefore).isPresent();
  }

  /** When it is worth a word that pods are not there; empty for a Job of unknown age. */
  static Optional<Instant> end(Observation observation, RunState run) {
    return observation
        .job(run.number(), run.stage(), run.attempt())
        .flatMap(job -> job.past().created())
        .map(created -> created.plus(LONGEST));
  }
}
