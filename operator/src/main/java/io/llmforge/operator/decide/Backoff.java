package io.llmforge.operator.decide;

import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.operator.observe.Observation;
import java.time.Instant;

/**
 * The pause between a failed attempt and the next. It is counted from the end of the failed one,
 * which its pods tell and the status records: a restarted operator waits for the same time.
 */
final class Backoff {

  private Backoff() {}

  /** Whether a next attempt has to wait. */
  static boolean isBefore(RunState next, Attempt.Again attempt, Observation observation) {
    return observation.now().isBefore(end(next, attempt, observation));
  }

  /** When a next attempt may begin; only one after a counted failure waits. */
  static Instant end(RunState next, Attempt.Again attempt, Observation observation) {
    if (attempt.previous().failureClass() != FailureClass.RETRY) {
      return observation.now();
    }
    return failureTime(next, observation)
        .plus(RunPolicy.of(observation).pauseAfter(next.failedAttempts()));
  }

  // Of a Job that is gone, the end is when that was noticed.
  private static Instant failureTime(RunState next, Observation observation) {
    int failed = next.attempt() - 1;
    return AttemptHistory.of(observation, next.number())
        .end(failed)
        .orElseGet(
            () ->
                AttemptHistory.endTime(
                    observation.job(next.number(), next.stage(), failed), observation.now()));
  }
}
