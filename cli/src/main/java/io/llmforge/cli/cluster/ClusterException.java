package io.llmforge.cli.cluster;

/** The cluster did not give what was asked for. The message says what, where, and what to do. */
public final class ClusterException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** What is in the way. */
  public enum Kind {
    /** There is no such object. */
    ABSENT,
    /** The cluster cannot be reached, or does not know FineTuneJobs. */
    UNAVAILABLE,
    /** The cluster says no. */
    NOT_ALLOWED
  }

  ClusterException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
