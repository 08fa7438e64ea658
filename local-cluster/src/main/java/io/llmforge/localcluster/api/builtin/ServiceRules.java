package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.write.KindRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Services: ports with target ports; addresses are those of the one machine. */
final class ServiceRules implements KindRules {
  private static final String NO_ADDRESS = "None";
  private static final String LOCAL_ADDRESS = "127.0.0.1";

  @Override
  public void complete(ObjectNode service, Optional<ObjectNode> stored) {
    ObjectNode spec = service.withObject("/spec");
    for (JsonNode port : spec.path("ports")) {
      if (port instanceof ObjectNode entry && !entry.has("targetPort")) {
        entry.set("targetPort", entry.path("port"));
      }
    }
    if (spec.path("clusterIP").asText("").isEmpty()) {
      spec.put("clusterIP", LOCAL_ADDRESS);
    }
    spec.putArray("clusterIPs").add(spec.path("clusterIP"));
  }

  @Override
  public List<Cause> check(ObjectNode service, Optional<ObjectNode> stored) {
    List<Cause> causes = new ArrayList<>();
    JsonNode spec = service.path("spec");
    boolean isHeadless = spec.path("clusterIP").asText().equals(NO_ADDRESS);
    if (spec.path("ports").isEmpty() && !isHeadless) {
      causes.add(Cause.required("spec.ports", ""));
    }
    stored.ifPresent(
        before -> {
          JsonNode old = before.path("spec").path("clusterIP");
          if (!old.equals(spec.path("clusterIP"))) {
            causes.add(
                Cause.invalid(
                    "spec.clusterIP", spec.path("clusterIP").toString(), "field is immutable"));
          }
        });
    return causes;
  }
}
