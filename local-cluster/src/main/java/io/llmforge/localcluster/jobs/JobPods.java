package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What a Job wants to know of a pod, and the names both sides agree on. */
final class JobPods {
  static final String COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";
  static final String INDEX_FAILURE_COUNT = "batch.kubernetes.io/job-index-failure-count";
  static final String INDEX_IGNORED_FAILURE_COUNT =
      "batch.kubernetes.io/job-index-ignored-failure-count";
  static final String TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";
  static final int NO_INDEX = -1;

  private JobPods() {}

  static String phase(Pod pod) {
    if (pod.getStatus() == null || pod.getStatus().getPhase() == null) {
      return "Pending";
    }
    return pod.getStatus().getPhase();
  }

  static boolean isSucceeded(Pod pod) {
    return "Succeeded".equals(phase(pod));
  }

  static boolean isFailedPhase(Pod pod) {
    return "Failed".equals(phase(pod));
  }

  static boolean isTerminal(Pod pod) {
    return isSucceeded(pod) || isFailedPhase(pod);
  }

  static boolean isBeingDeleted(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  static boolean isActive(Pod pod) {
    return !isTerminal(pod) && !isBeingDeleted(pod);
  }

  /** Told to go, but its processes may still run. */
  static boolean isTerminating(Pod pod) {
    return !isTerminal(pod) && isBeingDeleted(pod);
  }

  /** With podReplacementPolicy TerminatingOrFailed a pod on its way out has failed already. */
  static boolean isFailed(Pod pod, JobTerms terms) {
    return isFailedPhase(pod) || (!terms.replacesOnlyFailed() && isTerminating(pod));
  }

  static boolean isReady(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  static boolean isTracked(Pod pod) {
    return pod.getMetadata().getFinalizers().contains(TRACKING_FINALIZER);
  }

  static int index(Pod pod) {
    return number(pod, COMPLETION_INDEX, NO_INDEX);
  }

  static int indexFailureCount(Pod pod) {
    return number(pod, INDEX_FAILURE_COUNT, 0);
  }

  static int indexIgnoredFailureCount(Pod pod) {
    return number(pod, INDEX_IGNORED_FAILURE_COUNT, 0);
  }

  private static int number(Pod pod, String annotation, int whenAbsent) {
    var annotations = Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of());
    try {
      return Integer.parseInt(annotations.getOrDefault(annotation, "" + whenAbsent));
    } catch (NumberFormatException e) {
      return whenAbsent;
    }
  }

  /** When the last container ended; a pod that never ran one ended when it was deleted or made. */
  static Instant finishedAt(Pod pod) {
    var ended =
        pod.getStatus() == null
            ? Optional.<Instant>empty()
            : pod.getStatus().getContainerStatuses().stream()
                .flatMap(status -> Stream.ofNullable(status.getState().getTerminated()))
                .map(ContainerStateTerminated::getFinishedAt)
                .filter(Objects::nonNull)
                .map(Instant::parse)
                .max(Instant::compareTo);
    var meta = pod.getMetadata();
    return ended
        .or(() -> Optional.ofNullable(meta.getDeletionTimestamp()).map(Instant::parse))
        .or(() -> Optional.ofNullable(meta.getCreationTimestamp()).map(Instant::parse))
        .orElse(Instant.EPOCH);
  }
}
