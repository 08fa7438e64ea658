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
   * One question had no answer, or one that cannot be used: it may be that the trainer has just
   * ended, and that nobody has been told yet.
   *
   * @param pod UID of the pod that was asked
   * @param why for people
   */
  record Missed(String pod, String why) implements StatusAnswer {
    public Missed {
      requireNonNull(pod, "pod");
      requireNonNull(why, "why");
    }

    /** What this is when the question before had that answer. */
    StatusAnswer after(StatusAnswer before) {
      return switch (before) {
        case NotAsked notAsked -> this;
        case Report report -> this;
        case Missed missed -> missed.pod.equals(pod) ? new Unavailable(pod, why) : this;
        case Unavailable unavailable ->
            unavailable.pod.equals(pod) ? new Unavailable(pod, why) : this;
      };
    }
  }

  /**
   * Two questions in a row had no answer.
   *
   * @param pod UID of the pod that was asked
   * @param why for people
   */
  record Unavailable(String pod, String why) implements StatusAnswer {
    public Unavailable {
      requireNonNull(pod, "pod");
      requireNonNull(why, "why");
    }
  }
}
