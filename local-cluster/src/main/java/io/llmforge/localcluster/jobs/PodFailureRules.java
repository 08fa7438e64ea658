package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnPodConditionsPattern;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the first rule of a {@code podFailurePolicy} that a failed pod matches. */
final class PodFailureRules {
  private PodFailureRules() {}

  /** What a failed pod means for its Job. */
  sealed interface Verdict {
    /** Counts towards the limits; what a pod without a matching rule does. */
    record Count() implements Verdict {}

    record Ignore() implements Verdict {}

    record FailIndex() implements Verdict {}

    record FailJob(String message) implements Verdict {}
  }

  static Verdict judge(Optional<PodFailurePolicy> policy, Pod pod) {
    var rules = policy.map(PodFailurePolicy::getRules).orElse(List.of());
    for (var number = 0; number < rules.size(); number++) {
      var rule = rules.get(number);
      var matched = match(rule, pod);
      if (matched.isPresent()) {
        return verdict(
            rule,
            "%s matching %s rule at index %d".formatted(matched.get(), rule.getAction(), number));
      }
    }
    return new Verdict.Count();
  }

  private static Verdict verdict(PodFailurePolicyRule rule, String message) {
    return switch (rule.getAction()) {
      case "Ignore" -> new Verdict.Ignore();
      case "FailIndex" -> new Verdict.FailIndex();
      case "FailJob" -> new Verdict.FailJob(message);
      // An action of a later Kubernetes release: counting the failure is what a pod without rules
      // gets.
      default -> new Verdict.Count();
    };
  }

  private static Optional<String> match(PodFailurePolicyRule rule, Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    if (rule.getOnExitCodes() != null) {
      return matchExitCode(rule.getOnExitCodes(), pod);
    }
    return rule.getOnPodConditions().stream()
        .filter(pattern -> hasCondition(pod, pattern))
        .findFirst()
        .map(pattern -> "Pod %s has condition %s".formatted(fullName(pod), pattern.getType()));
  }

  private static Optional<String> matchExitCode(
      PodFailurePolicyOnExitCodesRequirement requirement, Pod pod) {
    return Stream.concat(
            pod.getStatus().getContainerStatuses().stream(),
            pod.getStatus().getInitContainerStatuses().stream())
        .filter(status -> matches(requirement, status))
        .findFirst()
        .map(
            status ->
                "Container %s for pod %s failed with exit code %d"
                    .formatted(
                        status.getName(),
                        fullName(pod),
                        status.getState().getTerminated().getExitCode()));
  }

  private static boolean matches(
      PodFailurePolicyOnExitCodesRequirement requirement, ContainerStatus status) {
    var wanted = requirement.getContainerName();
    if (wanted != null && !wanted.equals(status.getName())) {
      return false;
    }
    ContainerStateTerminated terminated =
        status.getState() == null ? null : status.getState().getTerminated();
    if (terminated == null || terminated.getExitCode() == 0) {
      return false;
    }
    var listed = requirement.getValues().contains(terminated.getExitCode());
    return "In".equals(requirement.getOperator()) == listed;
  }

  private static boolean hasCondition(Pod pod, PodFailurePolicyOnPodConditionsPattern pattern) {
    var status = pattern.getStatus() == null ? "True" : pattern.getStatus();
    return pod.getStatus().getConditions().stream()
        .anyMatch(c -> c.getType().equals(pattern.getType()) && c.getStatus().equals(status));
  }

  private static String fullName(Pod pod) {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }
}
