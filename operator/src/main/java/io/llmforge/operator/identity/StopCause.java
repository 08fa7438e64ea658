package io.llmforge.operator.identity;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/** Why the operator stopped the Job of an attempt, as the Job's annotation says for ever after. */
public enum StopCause {
  /** The user suspended the run. */
  SUSPENDED("true"),
  /** It did not get all its pods in time and gives back the quota of those it has. */
  WITHDRAWN(ObjectLabels.WITHDRAWN),
  /** Kueue took its place away, or it leaves its queue. */
  EVICTED(ObjectLabels.EVICTED),
  /** No step ended for too long. */
  HANG("Hang"),
  /** The run was at work for as long as it may. */
  DEADLINE("DeadlineExceeded"),
  /** No pod of the run began to work in time. */
  START_DEADLINE("StartDeadlineExceeded"),
  /** Not all pods of the attempt began to work in time. */
  PODS_NOT_READY("PodsNotReady"),
  /** The pods that score ended without being done, and a trainer waits for them in vain. */
  REFERENCE_ENDED("ReferenceEnded"),
  /** The run goes on or ends without what its pods score. */
  UNNEEDED("Unneeded");

  private final String mark;

  StopCause(String mark) {
    this.mark = requireNonNull(mark);
  }

  /** Value of the annotation. */
  public String mark() {
    return mark;
  }

  /** The cause of a mark; one that somebody else wrote is a suspension. */
  public static StopCause of(String mark) {
    return Arrays.stream(values())
        .filter(cause -> cause.mark.equals(mark))
        .findFirst()
        .orElse(SUSPENDED);
  }
}
