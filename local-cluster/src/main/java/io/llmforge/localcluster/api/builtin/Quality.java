package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The quality-of-service class of a pod. */
final class Quality {

  private Quality() {}

  static String of(JsonNode podSpec) {
    boolean asksForNothing = true;
    boolean isGuaranteed = true;
    for (JsonNode container : podSpec.path("containers")) {
      JsonNode requests = container.path("resources").path("requests");
      JsonNode limits = container.path("resources").path("limits");
      for (String resource : List.of("cpu", "memory")) {
        asksForNothing &= !requests.has(resource) && !limits.has(resource);
        isGuaranteed &=
            limits.has(resource) && requests.path(resource).equals(limits.path(resource));
      }
    }
    if (asksForNothing) {
      return "BestEffort";
    }
    return isGuaranteed ? "Guaranteed" : "Burstable";
  }
}
