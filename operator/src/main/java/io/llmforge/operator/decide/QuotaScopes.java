package io.llmforge.operator.decide;

import io.llmforge.operator.observe.Quota;

/** Which quotas count a pod, as the API server has it. */
final class QuotaScopes {

  private QuotaScopes() {}

  /** Whether every scope of the quota accepts the pods. */
  static boolean accept(Quota quota, Demand.PodKind pod) {
    return quota.scopes().stream().allMatch(scope -> accepts(scope, pod));
  }

  private static boolean accepts(Quota.Scope scope, Demand.PodKind pod) {
    return switch (scope.name()) {
      case "BestEffort" -> pod.bestEffort();
      case "NotBestEffort" -> !pod.bestEffort();
      case "Terminating" -> pod.terminating();
      case "NotTerminating" -> !pod.terminating();
      case "PriorityClass" -> acceptsPriority(scope, pod.priorityClass());
      // Our pods have no affinity to others; a scope that nobody knows counts none of them.
      default -> false;
    };
  }

  private static boolean acceptsPriority(Quota.Scope scope, String priorityClass) {
    return switch (scope.operator()) {
      case "Exists" -> !priorityClass.isEmpty();
      case "DoesNotExist" -> priorityClass.isEmpty();
      case "In" -> scope.values().contains(priorityClass);
      case "NotIn" -> !scope.values().contains(priorityClass);
      default -> false;
    };
  }
}
