package io.llmforge.localcluster.node.schedule;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a node has the labels that a pod asks for: nodeSelector and required node affinity. */
final class NodeSelection {
  private NodeSelection() {}

  static boolean accepts(Pod pod, Node node) {
    var labels = Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of());
    var wanted = Optional.ofNullable(pod.getSpec().getNodeSelector()).orElse(Map.of());
    return labels.entrySet().containsAll(wanted.entrySet())
        && required(pod).map(selector -> matchesAny(selector, node, labels)).orElse(true);
  }

  private static Optional<NodeSelector> required(Pod pod) {
    return Optional.ofNullable(pod.getSpec().getAffinity())
        .flatMap(affinity -> Optional.ofNullable(affinity.getNodeAffinity()))
        .flatMap(
            affinity ->
                Optional.ofNullable(affinity.getRequiredDuringSchedulingIgnoredDuringExecution()));
  }

  private static boolean matchesAny(NodeSelector selector, Node node, Map<String, String> labels) {
    var fields = Map.of("metadata.name", node.getMetadata().getName());
    return selector.getNodeSelectorTerms().stream()
        .filter(term -> !isEmpty(term))
        .anyMatch(
            term ->
                matchesAll(term.getMatchExpressions(), labels)
                    && matchesAll(term.getMatchFields(), fields));
  }

  /** An empty term matches no node. */
  private static boolean isEmpty(NodeSelectorTerm term) {
    return term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty();
  }

  private static boolean matchesAll(
      List<NodeSelectorRequirement> requirements, Map<String, String> labels) {
    return requirements.stream()
        .allMatch(requirement -> matches(requirement, labels.get(requirement.getKey())));
  }

  private static boolean matches(NodeSelectorRequirement requirement, @Nullable String value) {
    var values = requirement.getValues();
    return switch (requirement.getOperator()) {
      case "In" -> value != null && values.contains(value);
      case "NotIn" -> value == null || !values.contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      case "Gt" -> value != null && Long.parseLong(value) > Long.parseLong(values.getFirst());
      case "Lt" -> value != null && Long.parseLong(value) < Long.parseLong(values.getFirst());
      // Text of the API, not a closed set of ours: an operator nobody knows selects nothing.
      default -> false;
    };
  }
}
