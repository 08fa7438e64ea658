package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;

/** Where an attempt at a stage is. */
public sealed interface Attempt {

  /** Its stage begins; its Job does not exist yet. */
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

  /** Its Job is at work. */
  sealed interface AtWork extends Attempt {

    /** Name of the Job. */
    String job();

    /** The attempt that a Job is. */
    static AtWork of(StageJob job) {
      return switch (job.mark().stage()) {
        case PREFLIGHT -> new Checking(job.name(), job.pod());
        case REFERENCE -> new Scoring(job);
        case TRAIN -> new Underway(job.name(), job.awaited());
        case PUBLISH -> new Publishing(job.name(), job.pod());
      };
    }
  }

  /**
   * Sources are fetched and looked at.
   *
   * @param job name of the Job
   * @param pod its pod
   */
  record Checking(String job, TrainerPod pod) implements AtWork {
    public Checking {
      requireNonNull(job, "job");
      requireNonNull(pod, "pod");
    }
  }

  /**
   * The reference is being scored.
   *
   * @param work the Job with its pods
   */
  record Scoring(StageJob work) implements AtWork {
    public Scoring {
      requireNonNull(work, "work");
    }

    @Override
    public String job() {
      return work.name();
    }
  }

  /**
   * The trainer is at work.
   *
   * @param job name of the Job
   * @param pod the pod that counts: one that the others wait for, or the first
   */
  record Underway(String job, TrainerPod pod) implements AtWork {
    public Underway {
      requireNonNull(job, "job");
      requireNonNull(pod, "pod");
    }
  }

  /**
   * The finished result is being brought out of the cluster.
   *
   * @param job name of the Job
   * @param pod its pod
   */
  record Publishing(String job, TrainerPod pod) implements AtWork {
    public Publishing {
      requireNonNull(job, "job");
      requireNonNull(pod, "pod");
    }
  }
}
