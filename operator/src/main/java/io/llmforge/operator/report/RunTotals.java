package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Queue;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.observe.RecordedTime;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Totals over all runs: what turned from one stored status to the next, each turn once. */
final class RunTotals {

  private static final String CAUSE = "cause";
  private static final String OUTCOME = "outcome";
  private static final String REASON = "reason";

  private final MeterRegistry registry;
  private final AcceleratorTime accelerators;

  RunTotals(MeterRegistry registry) {
    this.registry = registry;
    this.accelerators = new AcceleratorTime(registry);
  }

  /**
   * Counts what turned.
   *
   * @param decision what made the status turn
   */
  void turned(Turn turn, Decision decision, Instant now) {
    FineTuneJobStatus before = turn.before();
    FineTuneJobStatus after = turn.after();
    accelerators.turned(turn.owner(), before, after, now);
    waited(after)
        .filter(seconds -> !waited(before).equals(Optional.of(seconds)))
        .ifPresent(seconds -> waited(turn.owner(), seconds));
    @Nullable Run run = after.run();
    if (run == null) {
      return;
    }
    @Nullable Run last =
        before.run() != null && before.run().number() == run.number() ? before.run() : null;
    if (last != null && run.attempt() > last.attempt()) {
      repeated(last, before, run, decision);
    }
    if (after.phase() == Phase.Training && before.phase() != Phase.Training && run.attempt() == 1) {
      time(JobMetrics.TRAINING_DELAY, "Time from the begin of a run to training", run, now);
    }
    if (run.outcome() != null && (last == null || last.outcome() == null)) {
      ended(run, after);
      time(JobMetrics.RUN_DURATION, "Time from the begin of a run to its end", run, now);
    }
  }

  void forget(String namespace, String name) {
    accelerators.forget(namespace, name);
  }

  // Absent while they wait, so that it is new at the end of every time in the line.
  private static Optional<Long> waited(FineTuneJobStatus status) {
    return Optional.ofNullable(status.queue()).map(Queue::waitedSeconds);
  }

  private void waited(Owner owner, long seconds) {
    Timer.builder(JobMetrics.QUEUE_WAIT)
        .description("Time that pods waited for quota before they began to work")
        .tag("namespace", owner.namespace())
        .register(registry)
        .record(Duration.ofSeconds(seconds));
  }

  private void repeated(Run last, FineTuneJobStatus before, Run run, Decision decision) {
    boolean isAskedFor = last.outcome() != null;
    boolean hasFailed = isAskedFor || run.failedAttempts() > last.failedAttempts();
    Counter.builder(JobMetrics.ATTEMPTS_REPEATED)
        .description("Attempts that follow on one that failed or was interrupted")
        .tag(CAUSE, hasFailed ? "failed" : "interrupted")
        .tag(REASON, isAskedFor ? failure(before) : reason(decision))
        .register(registry)
        .increment();
  }

  private static String failure(FineTuneJobStatus status) {
    FineTuneJobStatus.@Nullable Failure failure = status.failure();
    return failure == null
        ? Reason.INTERNAL_ERROR.text()
        : requireNonNullElse(failure.reason(), Reason.INTERNAL_ERROR.text());
  }

  // A run that is suspended knows its next attempt before that begins.
  private static String reason(Decision decision) {
    Optional<Attempt> next =
        switch (decision) {
          case Decision.Train train -> Optional.of(train.attempt());
          case Decision.Queue queue -> Optional.of(queue.attempt());
          case Decision.BackOff backOff -> Optional.of(backOff.attempt());
          case Decision.Suspended suspended -> Optional.of(suspended.attempt());
          case Decision.Refuse refuse -> Optional.empty();
          case Decision.Validated validated -> Optional.empty();
          case Decision.Await await -> Optional.empty();
          case Decision.Suspending suspending -> Optional.empty();
          case Decision.Stopping stopping -> Optional.empty();
          case Decision.Succeed succeed -> Optional.empty();
          case Decision.Fail fail -> Optional.empty();
          case Decision.Rest rest -> Optional.empty();
        };
    return next.filter(Attempt.Again.class::isInstance)
        .map(Attempt.Again.class::cast)
        .map(again -> again.previous().reason().text())
        .orElseGet(Reason.SUSPENDED_BY_USER::text);
  }

  private void ended(Run run, FineTuneJobStatus status) {
    String outcome = String.valueOf(run.outcome());
    @Nullable String reason = status.failure() == null ? null : status.failure().reason();
    Counter.builder(JobMetrics.RUNS_ENDED)
        .description("Runs that ended")
        .tag(OUTCOME, outcome)
        .tag(REASON, reason == null ? outcome : reason)
        .register(registry)
        .increment();
  }

  private void time(String name, String description, Run run, Instant now) {
    RecordedTime.read(run.startTime())
        .ifPresent(
            start ->
                Timer.builder(name)
                    .description(description)
                    .register(registry)
                    .record(Duration.between(start, now)));
  }

  /**
   * Two stored statuses of a job, one after the other.
   *
   * @param owner the job
   * @param before the earlier one
   * @param after the later one
   */
  record Turn(Owner owner, FineTuneJobStatus before, FineTuneJobStatus after) {}
}
