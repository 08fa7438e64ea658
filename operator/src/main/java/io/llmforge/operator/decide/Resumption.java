package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.operator.identity.ObjectKey;
import io.llmforge.operator.identity.RunNames;
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
          Reason.REPEATED_FAILURE);

  private Resumption() {}

  /** The run's next attempt, with all its tries; empty when a new run has to begin. */
  static Optional<RunState> of(RunState run, Observation observation) {
    if (!isPossible(run, observation)) {
      return Optional.empty();
    }
    RunState next = run.anew(observation.request().generation());
    return Optional.of(
        run.stage() == Stage.TRAIN && lacksScores(run, observation)
            ? next.beside(Stage.REFERENCE)
            : next);
  }

  private static boolean isPossible(RunState run, Observation observation) {
    if (!hasWorkspace(run, observation)) {
      return false;
    }
    Optional<Reason> reason =
        Optional.ofNullable(observation.recorded().failure())
            .map(FineTuneJobStatus.Failure::reason)
            .flatMap(text -> Reason.ofText(requireNonNullElse(text, "")));
    boolean isFromOutside = reason.filter(FROM_OUTSIDE::contains).isPresent();
    return switch (run.stage()) {
      // Whatever is looked at, is looked at again.
      case PREFLIGHT -> false;
      case REFERENCE -> isFromOutside && (hasCheckpoint(observation) || hasScores(observation));
      case TRAIN -> isFromOutside && hasCheckpoint(observation);
      // What is trained lies in the workspace, unless the publisher found it is not there.
      case PUBLISH -> reason.filter(Reason.SOURCE_NOT_FOUND::equals).isEmpty();
    };
  }

  private static boolean hasWorkspace(RunState run, Observation observation) {
    var names = new RunNames(observation.request().owner().name(), run.number());
    return observation
        .objects()
        .contains(new ObjectKey("PersistentVolumeClaim", names.workspace()));
  }

  private static boolean hasCheckpoint(Observation observation) {
    FineTuneJobStatus.@Nullable Checkpoints checkpoints = observation.recorded().checkpoints();
    return checkpoints != null && checkpoints.latest() != null;
  }

  private static boolean hasScores(Observation observation) {
    FineTuneJobStatus.@Nullable Reference reference = observation.recorded().reference();
    return reference != null && reference.done() > 0;
  }

  // Pods that scored beside the trainer were ended with it; their Job may be gone since.
  private static boolean lacksScores(RunState run, Observation observation) {
    FineTuneJobStatus.@Nullable Reference reference = observation.recorded().reference();
    return Streaming.beside(run, observation).isPresent()
        || (reference != null && reference.done() < reference.shards());
  }
}
