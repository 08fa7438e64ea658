package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.observe.TrainerPod.Kill;
import io.llmforge.operator.observe.TrainerPod.Waiting.Cause;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what a trainer's pod is at. */
final class PodReader {

  private static final String INDEX = "batch.kubernetes.io/job-completion-index";

  /** A gate holds the pod back: nobody has looked for a node yet. */
  private static final String GATED = "SchedulingGated";

  private static final Set<String> NO_IMAGE =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "ImageInspectError",
          "RegistryUnavailable");
  private static final Set<String> NO_CONTAINER =
      Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

  private PodReader() {}

  /** The pods of a Job, oldest first. Times have seconds only: of two, one that ended is older. */
  static List<IndexedPod> read(Collection<Pod> pods) {
    return pods.stream()
        .sorted(
            Comparator.comparing(PodReader::creationTime)
                .thenComparing(pod -> !isOver(pod))
                .thenComparing(pod -> pod.getMetadata().getName()))
        .map(pod -> new IndexedPod(index(pod), startTime(pod), endTime(pod), read(pod)))
        .toList();
  }

  static TrainerPod read(Pod pod) {
    String name = pod.getMetadata().getName();
    PodStatus status = status(pod);
    Optional<ContainerStatus> container = trainer(status);
    Optional<ContainerStateTerminated> end = end(status);
    if (end.isPresent()) {
      return new TrainerPod.Exited(
          name,
          end.get().getExitCode(),
          kill(end.get().getReason(), status),
          LastWordsReader.read(end.get().getMessage()));
    }
    if (isOver(status)) {
      return new TrainerPod.Removed(name, kill(status.getReason(), status), text(status));
    }
    if (container.map(ContainerStatus::getState).map(ContainerState::getRunning).isPresent()) {
      return new TrainerPod.Running(
          name,
          pod.getMetadata().getUid(),
          orEmpty(status.getPodIP()),
          container.map(ContainerStatus::getReady).orElse(false));
    }
    Optional<ContainerStatus> fetch = fetch(status).filter(PodReader::isUnfinished);
    if (fetch.map(ContainerStatus::getState).map(ContainerState::getRunning).isPresent()) {
      return new TrainerPod.Waiting(name, Cause.SOURCES, "");
    }
    return waiting(name, status, fetch.or(() -> container));
  }

  private static TrainerPod waiting(
      String name, PodStatus status, Optional<ContainerStatus> container) {
    var waiting = container.map(ContainerStatus::getState).map(ContainerState::getWaiting);
    if (waiting.isPresent()) {
      String reason = orEmpty(waiting.get().getReason());
      String message = joined(reason, orEmpty(waiting.get().getMessage()));
      return new TrainerPod.Waiting(name, cause(reason), message);
    }
    Optional<PodCondition> unscheduled =
        condition(status, "PodScheduled")
            .filter(condition -> isStatus(condition, "False"))
            .filter(condition -> !GATED.equals(condition.getReason()));
    return unscheduled
        .map(c -> new TrainerPod.Waiting(name, Cause.SCHEDULING, orEmpty(c.getMessage())))
        .orElseGet(() -> new TrainerPod.Waiting(name, Cause.START, ""));
  }

  private static Cause cause(String reason) {
    if (NO_IMAGE.contains(reason)) {
      return Cause.IMAGE;
    }
    return NO_CONTAINER.contains(reason) ? Cause.CONTAINER : Cause.START;
  }

  private static Kill kill(@Nullable String reason, PodStatus status) {
    if ("OOMKilled".equals(reason)) {
      return Kill.OUT_OF_MEMORY;
    }
    return condition(status, "DisruptionTarget").filter(c -> isStatus(c, "True")).isPresent()
        ? Kill.DISRUPTION
        : Kill.NONE;
  }

  private static int index(Pod pod) {
    Map<String, String> annotations =
        requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
    String index = annotations.getOrDefault(INDEX, "");
    return index.matches("[0-9]{1,9}") ? Integer.parseInt(index) : 0;
  }

  private static String startTime(Pod pod) {
    Optional<ContainerState> state = trainer(status(pod)).map(ContainerStatus::getState);
    return orEmpty(
        state
            .map(ContainerState::getRunning)
            .map(ContainerStateRunning::getStartedAt)
            .or(() -> end(status(pod)).map(ContainerStateTerminated::getStartedAt))
            .orElse(null));
  }

  private static String endTime(Pod pod) {
    return orEmpty(end(status(pod)).map(ContainerStateTerminated::getFinishedAt).orElse(null));
  }

  // A trainer whose sources could not be had never starts: the fetch container's end is the pod's.
  private static Optional<ContainerStateTerminated> end(PodStatus status) {
    return trainer(status)
        .map(ContainerStatus::getState)
        .map(ContainerState::getTerminated)
        .or(
            () ->
                fetch(status)
                    .map(ContainerStatus::getState)
                    .map(ContainerState::getTerminated)
                    .filter(end -> end.getExitCode() != 0));
  }

  private static boolean isUnfinished(ContainerStatus container) {
    return container.getState() != null && container.getState().getTerminated() == null;
  }

  private static PodStatus status(Pod pod) {
    return requireNonNullElse(pod.getStatus(), new PodStatus());
  }

  static boolean isOver(Pod pod) {
    return isOver(status(pod));
  }

  private static boolean isOver(PodStatus status) {
    return "Failed".equals(status.getPhase()) || "Succeeded".equals(status.getPhase());
  }

  private static Optional<ContainerStatus> trainer(PodStatus status) {
    return named(PodContract.TRAINER_CONTAINER, status.getContainerStatuses());
  }

  private static Optional<ContainerStatus> fetch(PodStatus status) {
    return named(PodContract.FETCH_CONTAINER, status.getInitContainerStatuses());
  }

  private static Optional<ContainerStatus> named(
      String name, @Nullable List<ContainerStatus> containers) {
    return requireNonNullElse(containers, List.<ContainerStatus>of()).stream()
        .filter(container -> name.equals(container.getName()))
        .findFirst();
  }

  private static Optional<PodCondition> condition(PodStatus status, String type) {
    return requireNonNullElse(status.getConditions(), List.<PodCondition>of()).stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  private static boolean isStatus(PodCondition condition, String status) {
    return status.equals(condition.getStatus());
  }

  private static String text(PodStatus status) {
    return joined(orEmpty(status.getReason()), orEmpty(status.getMessage()));
  }

  private static String joined(String reason, String message) {
    return message.isEmpty() ? reason : reason + ": " + message;
  }

  private static String creationTime(Pod pod) {
    return orEmpty(pod.getMetadata().getCreationTimestamp());
  }

  private static String orEmpty(@Nullable String text) {
    return requireNonNullElse(text, "");
  }
}
