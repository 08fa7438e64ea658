package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.identity.RunNames;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of a run, as the status records them and as the facts of a pass continue them.
 *
 * @param newestFirst at most {@value #MOST}
 */
public record AttemptHistory(List<AttemptStatus> newestFirst) {

  /** The older ones are forgotten. */
  public static final int MOST = 10;

  private static final int LONGEST_MESSAGE = 256;

  public AttemptHistory {
    newestFirst = newestFirst.stream().limit(MOST).toList();
  }

  /** What is recorded of a run. */
  public static AttemptHistory of(Observation observation, int run) {
    @Nullable Run recorded = observation.recorded().run();
    if (recorded == null || recorded.number() != run) {
      return new AttemptHistory(List.of());
    }
    List<AttemptStatus> attempts = requireNonNullElse(observation.recorded().attempts(), List.of());
    return new AttemptHistory(
        recorded.stage() == FineTuneJobStatus.Stage.Preflight
            ? attempts.stream().map(AttemptHistory::withoutStartUnderway).toList()
            : attempts);
  }

  // What is looked at without accelerators is no time at work: the attempt begins after it.
  private static AttemptStatus withoutStartUnderway(AttemptStatus attempt) {
    return attempt.outcome() != null
        ? attempt
        : new AttemptStatus(
            attempt.number(), attempt.job(), null, null, null, null, null, null, null);
  }

  /** The attempt is under way; its Job is the one of its present stage. */
  public AttemptHistory underway(int number, StageJob job) {
    @Nullable String start = number(number).map(AttemptStatus::startTime).orElse(null);
    return with(
        new AttemptStatus(
            number, job.name(), start(start, job), null, null, null, null, null, null));
  }

  /** The attempt has completed. */
  public AttemptHistory completed(
      int number, Optional<StageJob> job, TrainingReport.Completed report, Instant now) {
    AttemptStatus before = known(number, job);
    return with(
        new AttemptStatus(
            number,
            before.job(),
            before.startTime(),
            end(job, now),
            AttemptOutcome.Succeeded,
            Reason.of(report.origin()).text(),
            null,
            report.progress().step(),
            0));
  }

  /**
   * The attempt has ended without completing; what is recorded of its end already stays.
   *
   * @param step optimizer steps that were done, when that is known
   */
  public AttemptHistory failed(
      int number, Optional<StageJob> job, Failure failure, OptionalLong step, Instant now) {
    AttemptStatus before = known(number, job);
    if (before.outcome() != null) {
      return this;
    }
    return with(
        new AttemptStatus(
            number,
            before.job(),
            before.startTime(),
            end(job, now),
            failure.failureClass() == FailureClass.RESUME
                ? AttemptOutcome.Interrupted
                : AttemptOutcome.Failed,
            failure.reason().text(),
            cut(failure.message()),
            step.isPresent() ? step.getAsLong() : null,
            failure.exitCode().isPresent() ? failure.exitCode().getAsInt() : null));
  }

  /** When an attempt began to work, as recorded or as the pods of its Job say. */
  public Optional<Instant> start(int number, Optional<StageJob> job) {
    return number(number)
        .map(AttemptStatus::startTime)
        .map(Instant::parse)
        .or(() -> job.flatMap(StageJob::started));
  }

  /** Whether any attempt is known to have begun to work, beyond looking at what there is. */
  boolean hasWorked(RunNames names) {
    return newestFirst.stream()
        .filter(attempt -> !names.job(Stage.PREFLIGHT, attempt.number()).equals(attempt.job()))
        .anyMatch(attempt -> attempt.startTime() != null);
  }

  /** When an attempt ended; empty while it is under way or when nothing is known of it. */
  Optional<Instant> end(int number) {
    return number(number).map(AttemptStatus::endTime).map(Instant::parse);
  }

  /** The newest attempt that counted as failed. */
  Optional<AttemptStatus> newestFailed() {
    return newestFirst.stream()
        .filter(attempt -> attempt.outcome() == AttemptOutcome.Failed)
        .findFirst();
  }

  /** Why an attempt ended before it completed, at the stage that a Job was for. */
  Optional<Failure> failure(int number, String job) {
    return number(number)
        .filter(attempt -> attempt.outcome() != null)
        .filter(attempt -> attempt.job() == null || attempt.job().equals(job))
        .map(AttemptHistory::failure);
  }

  private static Failure failure(AttemptStatus attempt) {
    @Nullable Integer exitCode = attempt.exitCode();
    return new Failure(
        Reason.ofText(requireNonNullElse(attempt.reason(), "")).orElse(Reason.INTERNAL_ERROR),
        attempt.outcome() == AttemptOutcome.Interrupted ? FailureClass.RESUME : FailureClass.RETRY,
        requireNonNullElse(attempt.message(), ""),
        "",
        exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode));
  }

  private Optional<AttemptStatus> number(int number) {
    return newestFirst.stream().filter(attempt -> attempt.number() == number).findFirst();
  }

  // An operator that did not see it begin knows what its Job and pods still say.
  private AttemptStatus known(int number, Optional<StageJob> job) {
    Optional<AttemptStatus> known = number(number);
    return job.filter(one -> known.isEmpty() || known.get().outcome() == null)
        .flatMap(one -> underway(number, one).number(number))
        .or(() -> known)
        .orElseGet(() -> new AttemptStatus(number, null, null, null, null, null, null, null, null));
  }

  private AttemptHistory with(AttemptStatus attempt) {
    List<AttemptStatus> attempts = new ArrayList<>(newestFirst);
    attempts.removeIf(other -> other.number() == attempt.number());
    attempts.addFirst(attempt);
    return new AttemptHistory(attempts);
  }

  private static @Nullable String start(@Nullable String known, StageJob job) {
    return known == null ? job.started().map(AttemptHistory::text).orElse(null) : known;
  }

  private static String end(Optional<StageJob> job, Instant now) {
    return text(endTime(job, now));
  }

  /** When the attempt of a Job ended; a node whose clock is ahead ends nothing in the future. */
  static Instant endTime(Optional<StageJob> job, Instant now) {
    return job.flatMap(StageJob::ended).filter(now::isAfter).orElse(now);
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String cut(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE - 3) + "...";
  }
}
