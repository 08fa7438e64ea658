package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.llmforge.localcluster.node.PodStatusRules.Facts;
import io.llmforge.localcluster.node.RestartRules.RestartPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What is known of the containers of one pod. Each change is published before the next one is
 * taken, so the API server sees them in order.
 */
final class PodBoard {
  private final RestartPolicy restartPolicy;
  private final Consumer<Facts> publisher;
  private final Map<String, ContainerStatus> initContainers = new LinkedHashMap<>();
  private final Map<String, ContainerStatus> containers = new LinkedHashMap<>();
  private boolean isStopped;

  PodBoard(Pod pod, Consumer<Facts> publisher) {
    this.restartPolicy = RestartPolicy.of(pod);
    this.publisher = publisher;
    var hasInit = !pod.getSpec().getInitContainers().isEmpty();
    for (var container : pod.getSpec().getInitContainers()) {
      initContainers.put(container.getName(), waiting(container, "PodInitializing"));
    }
    for (var container : pod.getSpec().getContainers()) {
      containers.put(
          container.getName(),
          waiting(container, hasInit ? "PodInitializing" : "ContainerCreating"));
    }
  }

  private static ContainerStatus waiting(Container container, String reason) {
    return new ContainerStatusBuilder()
        .withName(container.getName())
        .withImage(container.getImage())
        .withImageID("")
        .withReady(false)
        .withStarted(false)
        .withRestartCount(0)
        .withState(waiting(reason))
        .withLastState(new ContainerState())
        .build();
  }

  private static ContainerState waiting(String reason) {
    return new ContainerStateBuilder().withNewWaiting().withReason(reason).endWaiting().build();
  }

  synchronized void publish() {
    publisher.accept(facts());
  }

  synchronized void update(String container, UnaryOperator<ContainerStatus> change) {
    var statuses = initContainers.containsKey(container) ? initContainers : containers;
    var before = Objects.requireNonNull(statuses.get(container), container);
    var after = change.apply(before);
    if (!after.equals(before)) {
      statuses.put(container, after);
      publish();
    }
  }

  /** No container will start again: the pod takes its final phase. */
  synchronized void stop() {
    isStopped = true;
    publish();
  }

  synchronized Facts facts() {
    return new Facts(
        restartPolicy,
        isStopped,
        List.copyOf(initContainers.values()),
        List.copyOf(containers.values()));
  }
}
