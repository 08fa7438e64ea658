package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.Observation;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a run that failed for good goes on, with what it has done, when its spec changes and what is
 * trained does not.
 */
final class Resumption {

  /** What befell a run from outside: its checkpoints are as good as before. */
  private static final Set<Reason> FROM_OUTSIDE =
      EnumSet.of(
          Reason.STORAGE_UNAVAILABLE,
          Reason.ACCESS_DENIED,
          Reason.INTERNAL_ERROR,
          Reason.ACCELERATOR_OUT_OF_MEMORY,
          Reason.ACCELERATOR_FAILURE,
          Reason.COMMUNICATION_FAILURE,
          Reason.HANG,
          Reason.HOST_OUT_OF_MEMORY,
          Reason.KILLED,
          Reason.NATIVE_CRASH,
          Reason.UNEXPECTED_EXIT,
          Reason.POD_LOST,
          Reason.DEADLINE_EXCEEDED,
          Reason.PODS_NOT_READY,
          Reason.REPEATED_FAILURE,
          Reason.RETRIES_EXHAUSTED);

  private Resumption() {}

  /** The run's next attempt, with all its tries; empty when a new run has to begin. */
  static Optional<RunState> of(RunState run, Observation observation) {
    if (!isPossible(run, observation)) {
      return Optional.empty();
    }
    RunState next = run.anew(observation.request().generation());
    // Pods that scored beside the trainer were ended with it.
    return Optional.of(
        Streaming.beside(run, observation).isPresent() ? next.beside(Stage.REFERENCE) : next);
  }

  private static boolean isPossible(RunState run, Observation observation) {
    Optional<Reason> reason =
        Optional.ofNullable(observation.recorded().failure())
            .map(FineTuneJobStatus.Failure::reason)
            .flatMap(text -> Reason.ofText(requireNonNullElse(text, "")));
    return switch (run.stage()) {
      // Nothing is lost by a new run.
      case PREFLIGHT, REFERENCE -> false;
      case TRAIN -> hasCheckpoint(observation) && reason.filter(FROM_OUTSIDE::contains).isPresent();
      // What is trained lies in the workspace, unless the publisher found it is not there.
      case PUBLISH -> reason.filter(Reason.SOURCE_NOT_FOUND::equals).isEmpty();
    };
  }

  private static boolean hasCheckpoint(Observation observation) {
    FineTuneJobStatus.@Nullable Checkpoints checkpoints = observation.recorded().checkpoints();
    return checkpoints != null && checkpoints.latest() != null;
  }
}
