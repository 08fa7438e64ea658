package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;

/**
 * A pod that has ended and is gone from the API server, as it was at the end.
 *
 * @param pod the pod
 */
public record EndedPod(Pod pod) {

  public EndedPod {
    requireNonNull(pod, "pod");
  }

  /** Empty when a pod never said how it ended. */
  public static Optional<EndedPod> of(Pod pod) {
    return PodReader.isOver(pod) ? Optional.of(new EndedPod(pod)) : Optional.empty();
  }
}
