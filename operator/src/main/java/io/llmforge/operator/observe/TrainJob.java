package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

/**
 * The Job of one attempt.
 *
 * @param name its name
 * @param run run it belongs to
 * @param attempt attempt of that run
 * @param hash hash of the run
 * @param generation generation of the spec the run answers
 * @param failedAttempts counted failures of the run before this attempt
 * @param state what the Job says of itself
 * @param pod its newest pod
 */
public record TrainJob(
    String name,
    int run,
    int attempt,
    String hash,
    long generation,
    int failedAttempts,
    State state,
    TrainerPod pod) {

  public TrainJob {
    requireNonNull(name, "name");
    requireNonNull(hash, "hash");
    requireNonNull(state, "state");
    requireNonNull(pod, "pod");
  }

  /** What a Job says of itself. */
  public enum State {
    ACTIVE,
    COMPLETE,
    FAILED
  }
}
