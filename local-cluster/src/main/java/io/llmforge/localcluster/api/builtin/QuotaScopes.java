package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.store.ResourceId;

/** Which objects a quota counts: with scopes, only pods that every one of them accepts. */
final class QuotaScopes {

  private QuotaScopes() {}

  static boolean accept(JsonNode quota, ResourceId resource, JsonNode object) {
    JsonNode names = quota.path("spec").path("scopes");
    JsonNode expressions = quota.path("spec").path("scopeSelector").path("matchExpressions");
    if (names.isEmpty() && expressions.isEmpty()) {
      return true;
    }
    if (!resource.equals(BuiltinTypes.PODS)) {
      return false;
    }
    JsonNode pod = object.path("spec");
    return names.valueStream().allMatch(name -> accepts(name.asText(), "Exists", name, pod))
        && expressions
            .valueStream()
            .allMatch(
                expression ->
                    accepts(
                        Json.textAt(expression, "scopeName"),
                        Json.textAt(expression, "operator"),
                        expression.path("values"),
                        pod));
  }

  private static boolean accepts(String scope, String operator, JsonNode values, JsonNode pod) {
    boolean isBestEffort = Quality.of(pod).equals("BestEffort");
    boolean isTerminating = pod.path("activeDeadlineSeconds").isNumber();
    return switch (scope) {
      case "BestEffort" -> isBestEffort;
      case "NotBestEffort" -> !isBestEffort;
      case "Terminating" -> isTerminating;
      case "NotTerminating" -> !isTerminating;
      case "PriorityClass" -> acceptsPriority(operator, values, pod);
      // Affinity to pods of other namespaces is nothing this scheduler knows.
      default -> false;
    };
  }

  private static boolean acceptsPriority(String operator, JsonNode values, JsonNode pod) {
    String priority = Json.textAt(pod, "priorityClassName");
    boolean isNamed = values.valueStream().anyMatch(value -> value.asText().equals(priority));
    return switch (operator) {
      case "Exists" -> !priority.isEmpty();
      case "DoesNotExist" -> priority.isEmpty();
      case "In" -> isNamed;
      case "NotIn" -> !isNamed;
      default -> false;
    };
  }
}
