package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.plan.TrainingReport;

/** The termination message of a trainer. It alone proves that a run completed. */
public sealed interface LastWords {

  /** A report, as the contract asks. */
  record Report(TrainingReport report) implements LastWords {
    public Report {
      requireNonNull(report, "report");
    }
  }

  /**
   * Something else: the end of the log, when the trainer died before it could write a report.
   *
   * @param text at most 4 KiB
   */
  record Text(String text) implements LastWords {
    public Text {
      requireNonNull(text, "text");
    }
  }

  /** Nothing. */
  record Silence() implements LastWords {}
}
