package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.observe.TrainerPod;

/** Where an attempt is. */
public sealed interface Attempt {

  /** The first of its run; its Job does not exist yet. */
  record First() implements Attempt {}

  /**
   * Another one; its Job does not exist yet.
   *
   * @param previous why the attempt before it ended
   */
  record Again(Failure previous) implements Attempt {
    public Again {
      requireNonNull(previous, "previous");
    }
  }

  /**
   * Its Job is at work.
   *
   * @param job name of the Job
   * @param pod the Job's newest pod
   */
  record Underway(String job, TrainerPod pod) implements Attempt {
    public Underway {
      requireNonNull(job, "job");
      requireNonNull(pod, "pod");
    }
  }
}
