package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.identity.Owner;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Metrics about FineTuneJobs. Totals never have the name of a job as a label: there is no end of
 * them. Only runs under way have series of their own.
 */
public final class JobMetrics implements AutoCloseable {

  /** FineTuneJobs by phase. */
  public static final String JOBS = "llmforge.finetunejobs";

  /** Runs that ended, by outcome and reason. */
  public static final String RUNS_ENDED = "llmforge.runs.ended";

  /** Questions to trainers for their progress, by whether they were answered. */
  public static final String STATUS_POLLS = "llmforge.status.polls";

  /** Attempts that follow on one that failed or was interrupted. */
  public static final String ATTEMPTS_REPEATED = "llmforge.attempts.repeated";

  /** Time from the begin of a run to its end. */
  public static final String RUN_DURATION = "llmforge.run.duration";

  /** Time from the begin of a run to its first sign of training. */
  public static final String TRAINING_DELAY = "llmforge.training.delay";

  /** Time that pods waited for quota. */
  public static final String QUEUE_WAIT = "llmforge.queue.wait";

  /** Accelerator time at work, by what became of it. */
  public static final String ACCELERATOR_TIME = "llmforge.accelerator";

  private static final String PHASE = "phase";
  private static final String OUTCOME = "outcome";

  private final MeterRegistry registry;
  private final RunSeries series;
  private final RunTotals totals;
  private final Queue<Meter> counts = new ConcurrentLinkedQueue<>();

  public JobMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.series = new RunSeries(registry);
    this.totals = new RunTotals(registry);
  }

  /** Counts FineTuneJobs by phase whenever somebody looks. */
  public void count(Supplier<Stream<FineTuneJob>> jobs) {
    for (Phase phase : Phase.values()) {
      counts.add(
          Gauge.builder(JOBS, () -> jobs.get().filter(job -> isIn(phase, job)).count())
              .tag(PHASE, phase.name())
              .description("FineTuneJobs by phase")
              .strongReference(true)
              .register(registry));
    }
  }

  /** Shows what is known of a run, whether or not it is news. */
  void show(Owner owner, RunSight sight) {
    series.show(owner, sight);
  }

  /** Forgets a FineTuneJob that is gone. */
  public void forget(String namespace, String name) {
    series.forget(namespace, name);
    totals.forget(namespace, name);
  }

  /** Counts what turned from one stored status to the next. */
  void turned(RunTotals.Turn turn, Decision decision, Instant now) {
    totals.turned(turn, decision, now);
  }

  public void statusPolled(boolean answered) {
    Counter.builder(STATUS_POLLS)
        .description("Questions to trainers for their progress")
        .tag(OUTCOME, answered ? "answered" : "unavailable")
        .register(registry)
        .increment();
  }

  /**
   * Takes away what shows the present. A registry may outlive the operator, and would ask the
   * caches of one that has stopped instead of those of the next; totals go on.
   */
  @Override
  public void close() {
    for (@Nullable Meter meter = counts.poll(); meter != null; meter = counts.poll()) {
      registry.remove(meter);
    }
    series.close();
  }

  private static boolean isIn(Phase phase, FineTuneJob job) {
    Phase actual =
        job.getStatus() == null || job.getStatus().phase() == null
            ? Phase.Pending
            : job.getStatus().phase();
    return actual == phase;
  }
}
