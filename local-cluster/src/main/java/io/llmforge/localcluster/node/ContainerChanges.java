package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.llmforge.localcluster.node.RestartRules.Role;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** The turns a container's status takes. */
final class ContainerChanges {
  private ContainerChanges() {}

  /** A container that ran before keeps its last end in sight. */
  static UnaryOperator<ContainerStatus> waiting(String reason, String message) {
    return status ->
        new ContainerStatusBuilder(status)
            .withReady(false)
            .withStarted(false)
            .withLastState(lastState(status))
            .withState(
                new ContainerStateBuilder()
                    .withNewWaiting()
                    .withReason(reason)
                    .withMessage(message)
                    .endWaiting()
                    .build())
            .build();
  }

  private static ContainerState lastState(ContainerStatus status) {
    return status.getState().getTerminated() == null ? status.getLastState() : status.getState();
  }

  /** How far a container is when its process has begun. */
  enum Progress {
    STARTING,
    STARTED,
    READY
  }

  static UnaryOperator<ContainerStatus> running(
      String id, int restarts, Progress progress, Instant now) {
    return status ->
        new ContainerStatusBuilder(status)
            .withContainerID(id)
            .withImageID(status.getImage())
            .withRestartCount(restarts)
            .withStarted(progress != Progress.STARTING)
            .withReady(progress == Progress.READY)
            .withLastState(lastState(status))
            .withState(
                new ContainerStateBuilder()
                    .withNewRunning()
                    .withStartedAt(now.toString())
                    .endRunning()
                    .build())
            .build();
  }

  /** News of a container that may have ended meanwhile changes nothing. */
  static UnaryOperator<ContainerStatus> progress(Progress progress) {
    return status ->
        isRunning(status)
            ? new ContainerStatusBuilder(status)
                .withStarted(progress != Progress.STARTING)
                .withReady(progress == Progress.READY)
                .build()
            : status;
  }

  private static boolean isRunning(ContainerStatus status) {
    return status.getState().getRunning() != null;
  }

  /** An init container that succeeded counts as ready ever after. */
  static UnaryOperator<ContainerStatus> terminated(ContainerStateTerminated end, Role role) {
    return status ->
        new ContainerStatusBuilder(status)
            .withReady(role == Role.INIT && end.getExitCode() == 0)
            .withStarted(false)
            .withState(new ContainerStateBuilder().withTerminated(end).build())
            .build();
  }
}
