package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.plan.TrainingReport;

/** What a running trainer says of itself. It informs and never decides. */
public sealed interface StatusAnswer {

  /** No trainer to ask. */
  record NotAsked() implements StatusAnswer {}

  /** Its answer. */
  record Report(TrainingReport report) implements StatusAnswer {
    public Report {
      requireNonNull(report, "report");
    }
  }

  /**
   * No answer, or one that cannot be used.
   *
   * @param why for people
   */
  record Unavailable(String why) implements StatusAnswer {
    public Unavailable {
      requireNonNull(why, "why");
    }
  }
}
