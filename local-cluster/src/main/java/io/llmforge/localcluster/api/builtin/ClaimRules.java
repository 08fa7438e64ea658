package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.write.KindRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** PersistentVolumeClaims: what must be asked for, and that it stays. */
final class ClaimRules implements KindRules {

  @Override
  public void complete(ObjectNode claim, Optional<ObjectNode> stored) {
    if (stored.isEmpty()) {
      claim.withObject("/status").put("phase", "Pending");
    }
  }

  @Override
  public List<Cause> check(ObjectNode claim, Optional<ObjectNode> stored) {
    List<Cause> causes = new ArrayList<>();
    JsonNode spec = claim.path("spec");
    if (spec.path("accessModes").isEmpty()) {
      causes.add(Cause.required("spec.accessModes", "at least 1 access mode is required"));
    }
    if (spec.at("/resources/requests/storage").isMissingNode()) {
      causes.add(Cause.required("spec.resources[storage]", ""));
    }
    stored.ifPresent(
        before -> {
          if (!Json.same(fixed(before.path("spec")), fixed(spec))) {
            causes.add(
                Cause.forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and"
                        + " volumeAttributesClassName for bound claims"));
          }
        });
    return causes;
  }

  /** A binder may name the volume later, and a claim may grow. */
  private static ObjectNode fixed(JsonNode spec) {
    ObjectNode copy = spec.isObject() ? spec.deepCopy() : Json.object();
    copy.remove(List.of("resources", "volumeName", "volumeAttributesClassName"));
    return copy;
  }
}
