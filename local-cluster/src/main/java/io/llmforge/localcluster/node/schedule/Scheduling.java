package io.llmforge.localcluster.node.schedule;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Decides for one pod. The messages are those a person knows from {@code kubectl describe pod}. */
final class Scheduling {
  private static final String SELECTION = "node(s) didn't match Pod's node affinity/selector";
  private static final String CORDONED = "node(s) were unschedulable";
  private static final String NOT_READY = "node(s) were not ready";

  private Scheduling() {}

  static Placement decide(Pod pod, List<NodeRoom> nodes, Claims claims) {
    if (!pod.getSpec().getSchedulingGates().isEmpty()) {
      return new Placement.Gated();
    }
    if (nodes.isEmpty()) {
      return new Placement.Unschedulable("no nodes available to schedule pods");
    }
    var obstacle = claims.obstacle(pod);
    if (obstacle.isPresent()) {
      return refusal(nodes.size(), obstacle.get(), false);
    }
    var request = ResourceAmounts.requestedBy(pod);
    var fitting = new ArrayList<NodeRoom>();
    var reasons = new TreeMap<String, Integer>();
    for (var room : nodes) {
      var against = reasonsAgainst(pod, request, room);
      if (against.isEmpty()) {
        fitting.add(room);
      }
      against.forEach(reason -> reasons.merge(reason, 1, Integer::sum));
    }
    return fitting.stream()
        .min(Comparator.comparing((NodeRoom room) -> room.taken().amount("pods")))
        .<Placement>map(room -> new Placement.OnNode(room.name()))
        .orElseGet(() -> refusal(nodes.size(), text(reasons), isShortage(reasons)));
  }

  private static List<String> reasonsAgainst(Pod pod, ResourceAmounts request, NodeRoom room) {
    if (!room.isReady()) {
      return List.of(NOT_READY);
    }
    if (room.isUnschedulable()) {
      return List.of(CORDONED);
    }
    if (!NodeSelection.accepts(pod, room.node())) {
      return List.of(SELECTION);
    }
    return room.shortages(request);
  }

  private static String text(Map<String, Integer> reasons) {
    return String.join(
        ", ", reasons.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).toList());
  }

  private static boolean isShortage(Map<String, Integer> reasons) {
    return reasons.keySet().stream()
        .anyMatch(reason -> reason.startsWith("Insufficient") || reason.startsWith("Too many"));
  }

  private static Placement refusal(int nodes, String reason, boolean isShortage) {
    var preemption =
        isShortage
            ? nodes + " No preemption victims found for incoming pod."
            : "Preemption is not helpful for scheduling.";
    return new Placement.Unschedulable(
        "0/%d nodes are available: %s. preemption: 0/%d nodes are available: %s"
            .formatted(nodes, reason, nodes, preemption));
  }
}
