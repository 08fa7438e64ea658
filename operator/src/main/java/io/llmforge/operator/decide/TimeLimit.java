package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Usage;
import io.llmforge.operator.identity.RunNames;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.RecordedTime;
import io.llmforge.operator.observe.StageJob;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A time at which an attempt is stopped.
 *
 * @param at the time
 * @param cause why
 */
record TimeLimit(Instant at, StopCause cause) {

  TimeLimit {
    requireNonNull(at, "at");
    requireNonNull(cause, "cause");
  }

  /** All limits of an attempt at work, the earliest first. */
  static List<TimeLimit> of(Observation observation, RunState run, StageJob job) {
    return Stream.of(
            active(observation, run, job),
            start(observation, run),
            podsReady(observation, job),
            steps(observation, run))
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(TimeLimit::at))
        .toList();
  }

  /** The first limit that an attempt at work has reached. */
  static Optional<TimeLimit> reached(Observation observation, RunState run, StageJob job) {
    return of(observation, run, job).stream()
        .filter(limit -> limit.isReached(observation))
        .findFirst();
  }

  /**
   * Until when the first pod of a run that needs more than a look must work; empty when one has.
   */
  static Optional<TimeLimit> start(Observation observation, RunState run) {
    var names = new RunNames(observation.request().owner().name(), run.number());
    boolean worked =
        AttemptHistory.of(observation, run.number()).hasWorked(names)
            || observation.jobs().stream()
                .filter(job -> job.mark().stage() != Stage.PREFLIGHT)
                .anyMatch(job -> job.mark().run() == run.number() && job.started().isPresent());
    if (worked) {
      return Optional.empty();
    }
    return submitted(observation, run)
        .flatMap(submitted -> RunPolicy.of(observation).startDeadline().map(submitted::plus))
        .map(at -> new TimeLimit(at, StopCause.START_DEADLINE));
  }

  boolean isReached(Observation observation) {
    return !observation.now().isBefore(at);
  }

  // A run that waits suspended waits for its user.
  private static Optional<Instant> submitted(Observation observation, RunState run) {
    @Nullable Run recorded = observation.recorded().run();
    if (recorded == null || recorded.number() != run.number()) {
      return Optional.empty();
    }
    return RecordedTime.read(recorded.startTime())
        .map(started -> resumed(observation).filter(started::isBefore).orElse(started));
  }

  private static Optional<Instant> resumed(Observation observation) {
    @Nullable List<JobCondition> conditions = observation.recorded().conditions();
    return (conditions == null ? List.<JobCondition>of() : conditions)
        .stream()
            .filter(condition -> condition.type().equals("Suspended"))
            .findFirst()
            .flatMap(condition -> RecordedTime.read(condition.lastTransitionTime()));
  }

  private static Optional<TimeLimit> active(Observation observation, RunState run, StageJob job) {
    Optional<Instant> start =
        AttemptHistory.of(observation, run.number()).start(run.attempt(), Optional.of(job));
    return start.flatMap(
        begun ->
            RunPolicy.of(observation)
                .activeDeadline()
                .map(limit -> begun.plus(limit).minus(used(observation, run)))
                .map(at -> new TimeLimit(at, StopCause.DEADLINE)));
  }

  private static Duration used(Observation observation, RunState run) {
    @Nullable Run recorded = observation.recorded().run();
    @Nullable Usage usage = observation.recorded().usage();
    return recorded == null || recorded.number() != run.number() || usage == null
        ? Duration.ZERO
        : Duration.ofSeconds(usage.activeSeconds());
  }

  // Shards of a reference may work one after the other; what waits in Kueue has Kueue's own limit.
  private static Optional<TimeLimit> podsReady(Observation observation, StageJob job) {
    boolean inKueue = observation.queue().queuedJob(job.name()).isPresent();
    if (job.mark().stage() != Stage.TRAIN
        || job.allStarted()
        || inKueue
        || hasReported(observation, job)) {
      return Optional.empty();
    }
    return job.past()
        .created()
        .flatMap(created -> RunPolicy.of(observation).podsReadyTimeout().map(created::plus))
        .map(at -> new TimeLimit(at, StopCause.PODS_NOT_READY));
  }

  // A pod that was preempted is replaced; its Job has been at work all the same.
  private static boolean hasReported(Observation observation, StageJob job) {
    FineTuneJobStatus.@Nullable Progress progress = observation.recorded().progress();
    return progress != null
        && RecordedTime.read(progress.lastChangeTime())
            .filter(change -> job.past().created().filter(change::isAfter).isPresent())
            .isPresent();
  }

  private static Optional<TimeLimit> steps(Observation observation, RunState run) {
    return StepWatch.of(observation, run).map(watch -> new TimeLimit(watch.end(), StopCause.HANG));
  }
}
