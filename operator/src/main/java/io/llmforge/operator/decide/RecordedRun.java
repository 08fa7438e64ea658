package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the newest run: from the status, and from the annotations of its Jobs when the
 * status was lost.
 *
 * @param state the run
 * @param jobCreated whether the Job of its attempt was created, so that its absence is a loss
 * @param outcome how it ended, if it did
 */
record RecordedRun(RunState state, boolean jobCreated, Optional<Outcome> outcome) {

  static Optional<RecordedRun> of(Observation observation) {
    @Nullable Run run = observation.recorded().run();
    return run == null ? newest(observation).map(RecordedRun::of) : Optional.of(of(run));
  }

  /** A run whose stage has no Job yet. */
  static RecordedRun beforeItsJob(RunState state) {
    return new RecordedRun(state, false, Optional.empty());
  }

  private static Optional<JobMark> newest(Observation observation) {
    return observation.jobs().stream().map(StageJob::mark).max(JobMark.BY_AGE);
  }

  private static RecordedRun of(Run run) {
    RunState state =
        new RunState(
            run.number(),
            requireNonNullElse(run.hash(), ""),
            requireNonNullElse(run.generation(), 0L),
            stage(run),
            Math.max(1, run.attempt()),
            run.failedAttempts());
    return new RecordedRun(state, run.job() != null, Optional.ofNullable(run.outcome()));
  }

  private static RecordedRun of(JobMark mark) {
    RunState state =
        new RunState(
            mark.run(),
            mark.hash(),
            mark.generation(),
            mark.stage(),
            mark.attempt(),
            mark.failedAttempts());
    return new RecordedRun(state, true, Optional.empty());
  }

  private static Stage stage(Run run) {
    return switch (requireNonNullElse(run.stage(), FineTuneJobStatus.Stage.Train)) {
      case Preflight -> Stage.PREFLIGHT;
      case Reference -> Stage.REFERENCE;
      case Train -> Stage.TRAIN;
      case Publish -> Stage.PUBLISH;
    };
  }
}
