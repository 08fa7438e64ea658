package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

/**
 * A pod of an Indexed Job.
 *
 * @param index which part of the Job's work is its
 * @param started when its trainer began to run, RFC 3339, "" while it has not or when nobody knows
 * @param ended when its trainer ended, RFC 3339, "" while it has not or when nobody knows
 * @param pod what is known of it
 */
public record IndexedPod(int index, String started, String ended, TrainerPod pod) {
  public IndexedPod {
    requireNonNull(started, "started");
    requireNonNull(ended, "ended");
    requireNonNull(pod, "pod");
  }

  /** Whether it ended without doing its work. */
  public boolean hasFailed() {
    return switch (pod) {
      case TrainerPod.Exited exited -> exited.exitCode() != 0;
      case TrainerPod.Removed removed -> true;
      case TrainerPod.Absent absent -> false;
      case TrainerPod.Waiting waiting -> false;
      case TrainerPod.Running running -> false;
    };
  }
}
