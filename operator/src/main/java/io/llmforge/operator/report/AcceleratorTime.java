package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.observe.RecordedTime;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Accelerator time that was at work and is given back: from the moment since which condition
 * Running holds, as the last status has it, so that an operator that restarts loses nothing of it.
 * Loading and waiting do not count.
 */
final class AcceleratorTime {

  private final MeterRegistry registry;

  /** Accelerator-seconds of pods that have ended while their Job has not noticed: nobody judges. */
  private final Map<Owner, Double> unjudged = new ConcurrentHashMap<>();

  AcceleratorTime(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counts what was given back from one stored status to the next. */
  void turned(Owner owner, FineTuneJobStatus before, FineTuneJobStatus after, Instant now) {
    @Nullable Run last = before.run();
    if (last == null) {
      return;
    }
    double seconds = givenBack(last, before, after, now);
    if (isUnjudged(last, after)) {
      unjudged.merge(owner, seconds, Double::sum);
      return;
    }
    double all = seconds + requireNonNullElse(unjudged.remove(owner), 0.0);
    if (all > 0) {
      Counter.builder(JobMetrics.ACCELERATOR_TIME)
          .description("Accelerator time at work, by what became of it")
          .baseUnit("seconds")
          .tag("namespace", owner.namespace())
          .tag("outcome", use(last, after).name().toLowerCase(Locale.ROOT))
          .register(registry)
          .increment(all);
    }
  }

  /** Forgets a FineTuneJob that is gone. */
  void forget(String namespace, String name) {
    unjudged
        .keySet()
        .removeIf(owner -> owner.namespace().equals(namespace) && owner.name().equals(name));
  }

  private static double givenBack(
      Run last, FineTuneJobStatus before, FineTuneJobStatus after, Instant now) {
    int devices = accelerators(before) - (goesOn(last, after) ? accelerators(after) : 0);
    return runningSince(before)
        .filter(since -> devices > 0 && since.isBefore(now))
        .map(since -> devices * Duration.between(since, now).toMillis() / 1000.0)
        .orElse(0.0);
  }

  private static boolean isUnjudged(Run last, FineTuneJobStatus after) {
    @Nullable Run run = after.run();
    return run != null
        && isSameAttempt(last, run)
        && run.outcome() == null
        && running(after).anyMatch(truth -> Reason.ENDED.text().equals(truth.reason()));
  }

  // Of the same attempt at the same stage.
  private static boolean goesOn(Run last, FineTuneJobStatus after) {
    @Nullable Run run = after.run();
    return run != null
        && isSameAttempt(last, run)
        && last.stage() == run.stage()
        && runningSince(after).isPresent();
  }

  private static boolean isSameAttempt(Run last, Run run) {
    return run.number() == last.number() && run.attempt() == last.attempt();
  }

  private static Use use(Run last, FineTuneJobStatus after) {
    @Nullable Run run = after.run();
    if (run == null || run.number() != last.number()) {
      return Use.INTERRUPTED;
    }
    if (run.outcome() == Outcome.Failed || run.failedAttempts() > last.failedAttempts()) {
      return Use.FAILED;
    }
    boolean done =
        run.outcome() == Outcome.Succeeded
            || run.stage() != last.stage()
            || runningSince(after).isPresent();
    return done ? Use.SUCCEEDED : Use.INTERRUPTED;
  }

  private static int accelerators(FineTuneJobStatus status) {
    return status.resources() == null ? 0 : status.resources().gpus();
  }

  private static Optional<Instant> runningSince(FineTuneJobStatus status) {
    return running(status)
        .filter(condition -> condition.status().equals("True"))
        .flatMap(condition -> Optional.ofNullable(condition.lastTransitionTime()).stream())
        .findFirst()
        .flatMap(RecordedTime::read);
  }

  private static Stream<JobCondition> running(FineTuneJobStatus status) {
    return requireNonNullElse(status.conditions(), List.<JobCondition>of()).stream()
        .filter(condition -> condition.type().equals(ConditionType.RUNNING.text()));
  }

  /** What became of accelerator time. */
  private enum Use {
    /** Its stage, or its part of it, is done. */
    SUCCEEDED,
    /** Its attempt failed. */
    FAILED,
    /** Its pods were taken away or suspended. */
    INTERRUPTED
  }
}
