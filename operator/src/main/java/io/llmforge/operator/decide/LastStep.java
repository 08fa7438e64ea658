package io.llmforge.operator.decide;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Progress;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.RecordedTime;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which optimizer step a run was at when an attempt ended. */
public final class LastStep {

  private LastStep() {}

  /** As the last words of its pods have it, else as it was last told while it worked. */
  public static OptionalLong of(Observation observation, RunState run, int attempt) {
    Optional<StageJob> job = observation.job(run.number(), run.stage(), attempt);
    OptionalLong said = job.map(LastStep::said).orElseGet(OptionalLong::empty);
    return said.isPresent() ? said : told(observation, run, attempt, job);
  }

  private static OptionalLong said(StageJob job) {
    return job.newestPods().stream()
        .flatMap(
            pod ->
                pod instanceof TrainerPod.Exited exited
                        && exited.words() instanceof LastWords.Report words
                    ? Stream.of(words.report().progress().step())
                    : Stream.<Long>empty())
        .mapToLong(Long::longValue)
        .max();
  }

  // What an earlier attempt told says nothing of this one.
  private static OptionalLong told(
      Observation observation, RunState run, int attempt, Optional<StageJob> job) {
    @Nullable Progress progress = observation.recorded().progress();
    if (progress == null) {
      return OptionalLong.empty();
    }
    Optional<Instant> change = RecordedTime.read(progress.lastChangeTime());
    return AttemptHistory.of(observation, run.number())
            .start(attempt, job)
            .map(start -> start.truncatedTo(ChronoUnit.SECONDS))
            .filter(start -> change.filter(time -> !time.isBefore(start)).isPresent())
            .isPresent()
        ? OptionalLong.of(progress.step())
        : OptionalLong.empty();
  }
}
