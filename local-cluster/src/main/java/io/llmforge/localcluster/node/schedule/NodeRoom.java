package io.llmforge.localcluster.node.schedule;

import io.fabric8.kubernetes.api.model.Node;
import java.util.List;

/** A node and what the pods bound to it have asked for. */
record NodeRoom(Node node, ResourceAmounts taken) {
  String name() {
    return node.getMetadata().getName();
  }

  boolean isReady() {
    return node.getStatus() != null
        && node.getStatus().getConditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  boolean isUnschedulable() {
    return Boolean.TRUE.equals(node.getSpec().getUnschedulable());
  }

  /** The reasons why the request does not fit, in the words of the real scheduler. */
  List<String> shortages(ResourceAmounts request) {
    var allocatable = ResourceAmounts.of(node.getStatus().getAllocatable());
    return request.byName().entrySet().stream()
        .filter(wanted -> wanted.getValue().signum() > 0)
        .filter(
            wanted ->
                taken
                        .amount(wanted.getKey())
                        .add(wanted.getValue())
                        .compareTo(allocatable.amount(wanted.getKey()))
                    > 0)
        .map(wanted -> shortage(wanted.getKey()))
        .toList();
  }

  private static String shortage(String resource) {
    return "pods".equals(resource) ? "Too many pods" : "Insufficient " + resource;
  }
}
