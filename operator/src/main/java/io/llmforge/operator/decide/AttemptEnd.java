package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.plan.TrainingReport;

/** How an attempt ended. */
public sealed interface AttemptEnd {

  /** The trainer proved it: exit code 0 and a completion report. */
  record Completed(TrainingReport.Completed report) implements AttemptEnd {
    public Completed {
      requireNonNull(report, "report");
    }
  }

  /** Its stage is done; the run goes on with the next. */
  record StageDone() implements AttemptEnd {}

  /** It did not complete. */
  record Failed(Failure failure) implements AttemptEnd {
    public Failed {
      requireNonNull(failure, "failure");
    }
  }
}
