package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

/** A trainer's pod: what is known of it. */
public sealed interface TrainerPod {

  /** No such pod: not created yet, or deleted. */
  record Absent() implements TrainerPod {}

  /**
   * Its trainer does not run yet.
   *
   * @param name name of the pod
   * @param cause what it waits for
   * @param message what Kubernetes says about it, "" when it says nothing
   */
  record Waiting(String name, Cause cause, String message) implements TrainerPod {
    public Waiting {
      requireNonNull(name, "name");
      requireNonNull(cause, "cause");
      requireNonNull(message, "message");
    }

    /** What a pod waits for. */
    public enum Cause {
      /** No node takes it. */
      SCHEDULING,
      /** Its image cannot be had. */
      IMAGE,
      /** A ConfigMap, volume or security setting keeps its container from being made. */
      CONTAINER,
      /** Its sources are being fetched. */
      SOURCES,
      /** Nothing is wrong. */
      START
    }
  }

  /**
   * Its trainer runs.
   *
   * @param name name of the pod
   * @param uid UID of the pod
   * @param address IP address, "" until it has one
   * @param ready its readiness probe answers
   */
  record Running(String name, String uid, String address, boolean ready) implements TrainerPod {
    public Running {
      requireNonNull(name, "name");
      requireNonNull(uid, "uid");
      requireNonNull(address, "address");
    }
  }

  /**
   * Its trainer has ended.
   *
   * @param name name of the pod
   * @param exitCode exit code of the trainer's process
   * @param kill why it was killed, if it was
   * @param words its termination message
   */
  record Exited(String name, int exitCode, Kill kill, LastWords words) implements TrainerPod {
    public Exited {
      requireNonNull(name, "name");
      requireNonNull(kill, "kill");
      requireNonNull(words, "words");
    }
  }

  /**
   * It was taken away, and no container of it reports an exit.
   *
   * @param name name of the pod
   * @param kill why
   * @param message what Kubernetes says about it, "" when it says nothing
   */
  record Removed(String name, Kill kill, String message) implements TrainerPod {
    public Removed {
      requireNonNull(name, "name");
      requireNonNull(kill, "kill");
      requireNonNull(message, "message");
    }
  }

  /** Why a pod did not end by itself. */
  enum Kill {
    /** It did, as far as Kubernetes knows. */
    NONE,
    /** Its container used more memory than its limit. */
    OUT_OF_MEMORY,
    /** Kubernetes needed its place: preemption, eviction, a drained node. */
    DISRUPTION
  }
}
