package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Metrics about FineTuneJobs. Names of jobs are never labels: there is no end of them. */
public final class JobMetrics {

  /** FineTuneJobs by phase. */
  public static final String JOBS = "llmforge.finetunejobs";

  /** Runs that ended, by outcome and reason. */
  public static final String RUNS_ENDED = "llmforge.runs.ended";

  /** Questions to trainers for their progress, by whether they were answered. */
  public static final String STATUS_POLLS = "llmforge.status.polls";

  private static final String PHASE = "phase";
  private static final String OUTCOME = "outcome";
  private static final String REASON = "reason";

  private final MeterRegistry registry;

  public JobMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counts FineTuneJobs by phase whenever somebody looks. */
  public void count(Supplier<Stream<FineTuneJob>> jobs) {
    for (Phase phase : Phase.values()) {
      Gauge.builder(JOBS, () -> jobs.get().filter(job -> isIn(phase, job)).count())
          .tag(PHASE, phase.name())
          .description("FineTuneJobs by phase")
          .strongReference(true)
          .register(registry);
    }
  }

  public void runEnded(Outcome outcome, String reason) {
    registry.counter(RUNS_ENDED, OUTCOME, outcome.name(), REASON, reason).increment();
  }

  public void statusPolled(boolean answered) {
    registry.counter(STATUS_POLLS, OUTCOME, answered ? "answered" : "unavailable").increment();
  }

  private static boolean isIn(Phase phase, FineTuneJob job) {
    Phase actual =
        job.getStatus() == null || job.getStatus().phase() == null
            ? Phase.Pending
            : job.getStatus().phase();
    return actual == phase;
  }
}
