package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.llmforge.localcluster.node.RestartRules.RestartPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Derives the phase and the conditions of a pod from its containers. */
final class PodStatusRules {
  private PodStatusRules() {}

  /**
   * What the node knows of a pod.
   *
   * @param isStopped no container of it will ever start again
   */
  record Facts(
      RestartPolicy restartPolicy,
      boolean isStopped,
      List<ContainerStatus> initContainers,
      List<ContainerStatus> containers) {
    Facts {
      initContainers = List.copyOf(initContainers);
      containers = List.copyOf(containers);
    }
  }

  /** Conditions of others stay; a transition time only moves when its condition turns. */
  static PodStatus status(PodStatus before, Facts facts, Instant now) {
    var phase = phase(facts);
    return new PodStatusBuilder(before)
        .withPhase(phase)
        .withInitContainerStatuses(facts.initContainers())
        .withContainerStatuses(facts.containers())
        .withConditions(conditions(before.getConditions(), wanted(phase, facts), now))
        .build();
  }

  static String phase(Facts facts) {
    if (facts.isStopped()) {
      return allSucceeded(facts) ? "Succeeded" : "Failed";
    }
    if (!isInitialized(facts)) {
      return hasFailedForGood(facts.initContainers(), facts.restartPolicy()) ? "Failed" : "Pending";
    }
    if (facts.containers().stream().anyMatch(PodStatusRules::neverRan)) {
      return "Pending";
    }
    if (facts.containers().stream().anyMatch(status -> status.getState().getRunning() != null)) {
      return "Running";
    }
    if (facts.restartPolicy() == RestartPolicy.ALWAYS) {
      return "Running";
    }
    if (allSucceeded(facts)) {
      return "Succeeded";
    }
    return facts.restartPolicy() == RestartPolicy.NEVER ? "Failed" : "Running";
  }

  private static boolean allSucceeded(Facts facts) {
    return isInitialized(facts)
        && facts.containers().stream().allMatch(PodStatusRules::hasSucceeded);
  }

  private static boolean isInitialized(Facts facts) {
    return facts.initContainers().stream().allMatch(PodStatusRules::hasSucceeded);
  }

  private static boolean hasFailedForGood(List<ContainerStatus> statuses, RestartPolicy policy) {
    return policy == RestartPolicy.NEVER
        && statuses.stream()
            .anyMatch(status -> status.getState().getTerminated() != null && !hasSucceeded(status));
  }

  private static boolean hasSucceeded(ContainerStatus status) {
    var terminated = status.getState().getTerminated();
    return terminated != null && terminated.getExitCode() == 0;
  }

  private static boolean neverRan(ContainerStatus status) {
    var last = status.getLastState();
    return status.getState().getWaiting() != null && (last == null || last.getTerminated() == null);
  }

  private record Wanted(
      String type, boolean holds, @Nullable String reason, @Nullable String message) {}

  private static List<Wanted> wanted(String phase, Facts facts) {
    var hasEnded = phase.equals("Succeeded") || phase.equals("Failed");
    var unready =
        facts.containers().stream()
            .filter(status -> !Boolean.TRUE.equals(status.getReady()))
            .map(ContainerStatus::getName)
            .toList();
    var isReady = unready.isEmpty() && !hasEnded;
    var reason = isReady ? null : notReadyReason(phase);
    var message =
        isReady || hasEnded ? null : "containers with unready status: " + bracketed(unready);
    return List.of(
        initialized(facts),
        new Wanted("Ready", isReady, reason, message),
        new Wanted("ContainersReady", isReady, reason, message),
        new Wanted("PodScheduled", true, null, null));
  }

  private static Wanted initialized(Facts facts) {
    var incomplete =
        facts.initContainers().stream()
            .filter(status -> !hasSucceeded(status))
            .map(ContainerStatus::getName)
            .toList();
    return incomplete.isEmpty()
        ? new Wanted("Initialized", true, null, null)
        : new Wanted(
            "Initialized",
            false,
            "ContainersNotInitialized",
            "containers with incomplete status: " + bracketed(incomplete));
  }

  private static String notReadyReason(String phase) {
    return switch (phase) {
      case "Succeeded" -> "PodCompleted";
      case "Failed" -> "PodFailed";
      default -> "ContainersNotReady";
    };
  }

  private static String bracketed(List<String> names) {
    return "[" + String.join(" ", names) + "]";
  }

  private static List<PodCondition> conditions(
      List<PodCondition> before, List<Wanted> wanted, Instant now) {
    var conditions = new ArrayList<PodCondition>();
    for (var condition : before) {
      if (wanted.stream().noneMatch(w -> w.type().equals(condition.getType()))) {
        conditions.add(condition);
      }
    }
    for (var want : wanted) {
      var status = want.holds() ? "True" : "False";
      var since =
          before.stream()
              .filter(c -> c.getType().equals(want.type()))
              .filter(c -> Objects.equals(c.getStatus(), status))
              .map(PodCondition::getLastTransitionTime)
              .filter(Objects::nonNull)
              .findFirst()
              .orElse(now.toString());
      conditions.add(
          new PodConditionBuilder()
              .withType(want.type())
              .withStatus(status)
              .withReason(want.reason())
              .withMessage(want.message())
              .withLastTransitionTime(since)
              .build());
    }
    return conditions;
  }
}
