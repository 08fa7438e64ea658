package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.write.KindRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Pods: pending at first; of the spec almost nothing may change afterwards. */
final class PodRules implements KindRules {

  @Override
  public void complete(ObjectNode pod, Optional<ObjectNode> stored) {
    PodSpecs.complete(pod.path("spec"));
    if (stored.isEmpty()) {
      ObjectNode spec = pod.withObject("/spec");
      if (!spec.has("serviceAccountName")) {
        spec.put("serviceAccountName", "default").put("serviceAccount", "default");
      }
      ObjectNode status = pod.withObject("/status");
      status.put("phase", "Pending").put("qosClass", Quality.of(spec));
      if (!spec.path("schedulingGates").isEmpty()) {
        ObjectNode condition = status.putArray("conditions").addObject();
        condition.put("type", "PodScheduled").put("status", "False");
        condition.put("reason", "SchedulingGated");
        condition.put("message", "Scheduling is blocked due to non-empty scheduling gates");
      }
    }
  }

  @Override
  public List<Cause> check(ObjectNode pod, Optional<ObjectNode> stored) {
    List<Cause> causes = new ArrayList<>(PodSpecs.check(pod.path("spec"), "spec"));
    stored.ifPresent(before -> checkUnchanged(before.path("spec"), pod.path("spec"), causes));
    return causes;
  }

  private static void checkUnchanged(JsonNode before, JsonNode after, List<Cause> causes) {
    Set<JsonNode> gates = new HashSet<>();
    before.path("schedulingGates").forEach(gates::add);
    boolean hasNewGate =
        after.path("schedulingGates").valueStream().anyMatch(gate -> !gates.contains(gate));
    if (hasNewGate) {
      causes.add(
          Cause.forbidden(
              "spec.schedulingGates", "only deletion is allowed, but found new scheduling gates"));
    }
    if (!Json.same(fixed(before, gates.isEmpty()), fixed(after, gates.isEmpty()))) {
      causes.add(
          Cause.forbidden(
              "spec",
              "pod updates may not change fields other than `spec.containers[*].image`,"
                  + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
                  + " (only additions to existing tolerations),"
                  + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was"
                  + " previously negative)"));
    }
  }

  private static ObjectNode fixed(JsonNode spec, boolean isUngated) {
    ObjectNode copy = spec.isObject() ? spec.deepCopy() : Json.object();
    copy.remove(List.of("activeDeadlineSeconds", "tolerations", "schedulingGates"));
    if (!isUngated) {
      // While a gate holds the pod, where it may run can still be narrowed.
      copy.remove(List.of("nodeSelector", "affinity"));
    }
    for (String field : List.of("containers", "initContainers")) {
      for (JsonNode container : copy.path(field)) {
        if (container instanceof ObjectNode entry) {
          entry.remove(List.of("image", "imagePullPolicy"));
        }
      }
    }
    return copy;
  }
}
