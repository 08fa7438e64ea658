package io.llmforge.operator.decide;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Progress;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.RecordedTime;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches that steps follow each other. Only a trainer that says of itself that it trains is
 * watched: one that does not answer may work all the same, and what is not training, such as an
 * evaluation, has no steps. All times are the operator's, so that clocks need not agree.
 *
 * @param lastMove when the newest step, or the change to training, was seen
 * @param timeout longest time without another
 */
public record StepWatch(Instant lastMove, Duration timeout) {

  private static final TrainingReport.Phase WATCHED = TrainingReport.Phase.TRAINING;

  /** Empty when there is nothing to watch. */
  public static Optional<StepWatch> of(Observation observation, RunState run) {
    if (!(observation.answer() instanceof StatusAnswer.Report(TrainingReport.Running report))
        || report.phase() != WATCHED) {
      return Optional.empty();
    }
    Optional<StageJob> job = observation.job(run.number(), run.stage(), run.attempt());
    // Without it, the answer at hand may be one of the attempt before.
    Optional<Instant> start =
        AttemptHistory.of(observation, run.number()).start(run.attempt(), job);
    return RunPolicy.of(observation)
        .hangTimeout()
        .flatMap(
            timeout ->
                start.map(begun -> new StepWatch(lastMove(observation, begun, report), timeout)));
  }

  /** When it is worth a word. */
  public Instant warning() {
    return lastMove.plus(timeout.dividedBy(2));
  }

  /** When it is a failure. */
  public Instant end() {
    return lastMove.plus(timeout);
  }

  private static Instant lastMove(
      Observation observation, Instant start, TrainingReport.Running report) {
    @Nullable Progress recorded = observation.recorded().progress();
    if (recorded == null
        || recorded.step() != report.progress().step()
        || !WATCHED.name().toLowerCase(Locale.ROOT).equals(recorded.activity())) {
      return observation.now();
    }
    return RecordedTime.read(recorded.lastChangeTime())
        .map(change -> change.isBefore(start) ? start : change)
        .orElse(observation.now());
  }
}
