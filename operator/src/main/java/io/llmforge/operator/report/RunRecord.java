package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.identity.RunNames;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records a run in the status, from where the next pass takes it up.
 *
 * @param job name of the FineTuneJob
 * @param before what the status has recorded so far
 * @param now the present
 */
record RunRecord(String job, @Nullable Run before, Instant now) {

  static boolean isUnderway(Decision.Train train) {
    return train.attempt() instanceof Attempt.AtWork;
  }

  /** A run whose objects were just made sure of; without them its Job is not recorded. */
  Run underway(Decision.Train train, boolean created) {
    return created || isUnderway(train) ? underway(train.run()) : of(train.run(), null, null, null);
  }

  Run underway(RunState run) {
    return of(run, null, null, jobName(run));
  }

  /** A run whose next pods wait: its Job is recorded when there is one to collect them. */
  Run queued(Decision.Queue queue, boolean created) {
    return created && queue.hold().job().isPresent() ? underway(queue.run()) : waiting(queue.run());
  }

  /** A run of which nothing is at work. */
  Run waiting(RunState run) {
    return of(run, null, null, null);
  }

  Run ended(RunState run, Outcome outcome) {
    return of(run, text(now), outcome, jobName(run));
  }

  /** The run answers a newer generation of the spec as well. */
  static Run answering(Run run, long generation) {
    return new Run(
        run.number(),
        run.hash(),
        generation,
        run.startTime(),
        run.completionTime(),
        run.outcome(),
        run.stage(),
        run.attempt(),
        run.failedAttempts(),
        run.job());
  }

  /** RFC 3339, to the second. */
  static String text(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private Run of(
      RunState run,
      @Nullable String completionTime,
      @Nullable Outcome outcome,
      @Nullable String jobName) {
    return new Run(
        run.number(),
        run.hash(),
        run.generation(),
        startTime(run),
        completionTime,
        outcome,
        stage(run),
        run.attempt(),
        run.failedAttempts(),
        jobName);
  }

  private String startTime(RunState run) {
    if (before == null || before.number() != run.number()) {
      return text(now);
    }
    return requireNonNullElse(before.startTime(), text(now));
  }

  private String jobName(RunState run) {
    return new RunNames(job, run.number()).job(run.stage(), run.attempt());
  }

  private static FineTuneJobStatus.Stage stage(RunState run) {
    return switch (run.stage()) {
      case PREFLIGHT -> FineTuneJobStatus.Stage.Preflight;
      case REFERENCE -> FineTuneJobStatus.Stage.Reference;
      case TRAIN -> FineTuneJobStatus.Stage.Train;
      case PUBLISH -> FineTuneJobStatus.Stage.Publish;
    };
  }
}
