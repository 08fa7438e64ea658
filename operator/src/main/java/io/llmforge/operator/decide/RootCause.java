package io.llmforge.operator.decide;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.observe.TrainerPod.Kill;
import java.util.Comparator;
import java.util.Optional;

/**
 * Which of the pods that trained together ended the attempt. When one is lost, the others fail to
 * reach it and end too, often before it; what they say of it is the last thing to believe.
 */
final class RootCause {

  /** What a pod's end says about the attempt, from the most telling to the least. */
  private enum Blame {
    DISRUPTED,
    BROKEN_ACCELERATOR,
    OUT_OF_MEMORY,
    MISTAKE_OF_THE_USER,
    HUNG,
    FAILED,
    STOPPED,
    LOST_ANOTHER
  }

  // A time that nobody knows comes last.
  private static final Comparator<IndexedPod> BY_BLAME =
      Comparator.comparing((IndexedPod pod) -> blame(pod))
          .thenComparing(pod -> pod.ended().isEmpty())
          .thenComparing(IndexedPod::ended)
          .thenComparing(IndexedPod::index);

  private RootCause() {}

  /** The pod to blame; empty when none is left that failed. */
  static Optional<IndexedPod> of(StageJob job) {
    return job.pods().stream().filter(IndexedPod::hasFailed).min(BY_BLAME);
  }

  private static Blame blame(IndexedPod pod) {
    return switch (pod.pod()) {
      case TrainerPod.Exited exited -> blame(exited);
      case TrainerPod.Removed removed -> blame(removed.kill());
      case TrainerPod.Absent ignored -> Blame.FAILED;
      case TrainerPod.Waiting ignored -> Blame.FAILED;
      case TrainerPod.Running ignored -> Blame.FAILED;
    };
  }

  private static Blame blame(TrainerPod.Exited exited) {
    return exited.kill() == Kill.NONE
        ? FailureCode.ofExitCode(exited.exitCode()).map(RootCause::blame).orElse(Blame.FAILED)
        : blame(exited.kill());
  }

  private static Blame blame(Kill kill) {
    return switch (kill) {
      case DISRUPTION -> Blame.DISRUPTED;
      case OUT_OF_MEMORY -> Blame.OUT_OF_MEMORY;
      case NONE -> Blame.FAILED;
    };
  }

  private static Blame blame(FailureCode code) {
    return switch (code) {
      case ACCELERATOR_FAILURE -> Blame.BROKEN_ACCELERATOR;
      case ACCELERATOR_OUT_OF_MEMORY -> Blame.OUT_OF_MEMORY;
      case HANG -> Blame.HUNG;
      case COMMUNICATION_FAILURE -> Blame.LOST_ANOTHER;
      case CHECKPOINTED_AND_STOPPED -> Blame.STOPPED;
      case USAGE_ERROR,
          DATASET_INVALID,
          SOURCE_NOT_FOUND,
          STORAGE_UNAVAILABLE,
          INTERNAL_ERROR,
          CANNOT_WRITE_OUTPUT,
          ACCESS_DENIED,
          INVALID_CONFIG,
          DIVERGED ->
          code.failureClass() == FailureClass.FATAL ? Blame.MISTAKE_OF_THE_USER : Blame.FAILED;
    };
  }
}
