package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.TrainJob;
import java.util.Comparator;
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

  private static Optional<TrainJob> newest(Observation observation) {
    return observation.jobs().stream()
        .max(Comparator.comparingInt(TrainJob::run).thenComparingInt(TrainJob::attempt));
  }

  private static RecordedRun of(Run run) {
    RunState state =
        new RunState(
            run.number(),
            requireNonNullElse(run.hash(), ""),
            requireNonNullElse(run.generation(), 0L),
            Math.max(1, run.attempt()),
            run.failedAttempts());
    return new RecordedRun(state, run.job() != null, Optional.ofNullable(run.outcome()));
  }

  private static RecordedRun of(TrainJob job) {
    RunState state =
        new RunState(job.run(), job.hash(), job.generation(), job.attempt(), job.failedAttempts());
    return new RecordedRun(state, true, Optional.empty());
  }
}
