package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/**
 * A Job of the FineTuneJob whose pods are held until there is quota for all of them. Read from the
 * Job and its pods alone, so that an operator that was restarted goes on.
 *
 * @param name its name
 * @param mark what it was created for
 * @param state what became of its reservation
 * @param expected how many pods it needs
 * @param pods how many it has, of those that have not ended
 * @param gated those of its pods that the operator's gate holds back
 * @param since when its pods began to be collected, or, of one that was withdrawn, when it was
 */
public record HeldJob(
    String name,
    JobMark mark,
    State state,
    int expected,
    int pods,
    List<GatedPod> gated,
    Instant since) {

  public HeldJob {
    requireNonNull(name, "name");
    requireNonNull(mark, "mark");
    requireNonNull(state, "state");
    gated = List.copyOf(gated);
    requireNonNull(since, "since");
  }

  /** Whether quota is charged for every pod it needs. */
  public boolean hasAllPods() {
    return pods >= expected;
  }

  /** What became of a reservation. */
  public enum State {
    /** Its pods are created and held; none has been let go. */
    COLLECTING,
    /** All of its pods were there once, and they are let go, also those that replace another. */
    RESERVED,
    /** It did not get all of its pods in time and was suspended for good. */
    WITHDRAWN,
    /** The user suspended it, or it has ended. */
    OVER
  }

  /**
   * A pod that the operator's gate holds back.
   *
   * @param name its name
   * @param otherGates gates of others, which stay
   */
  public record GatedPod(String name, List<String> otherGates) {

    public GatedPod {
      requireNonNull(name, "name");
      otherGates = List.copyOf(otherGates);
    }
  }
}
