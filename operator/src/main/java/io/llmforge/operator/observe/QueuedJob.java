package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A Job of the FineTuneJob that somebody else may suspend: Kueue, by the queue it was submitted to,
 * or anybody. Jobs that the operator itself has suspended for good are none.
 *
 * @param name its name
 * @param queue LocalQueue it was submitted to, "" when to none
 * @param state what the others have made of it
 * @param said what Kueue says about it, "" when nothing is known
 * @param workload Kueue's Workload of it
 */
public record QueuedJob(
    String name, String queue, State state, String said, Optional<WorkloadName> workload) {

  public QueuedJob {
    requireNonNull(name, "name");
    requireNonNull(queue, "queue");
    requireNonNull(state, "state");
    requireNonNull(said, "said");
    requireNonNull(workload, "workload");
  }

  /** What others have made of a Job. */
  public enum State {
    /** Submitted to Kueue, which has not admitted it. */
    WAITING,
    /** Submitted to Kueue, which has admitted it. */
    ADMITTED,
    /** Kueue had admitted it and has taken its place away. */
    EVICTED,
    /** The operator has told Kueue that it leaves. */
    LEAVING,
    /** Submitted to nobody, and suspended by somebody. */
    SUSPENDED,
    /** The operator has stopped it for good, or it has ended. */
    OVER
  }

  /**
   * Where to find a Workload.
   *
   * @param version version of Kueue's API
   * @param name its name
   */
  public record WorkloadName(String version, String name) {

    public WorkloadName {
      requireNonNull(version, "version");
      requireNonNull(name, "name");
    }
  }
}
