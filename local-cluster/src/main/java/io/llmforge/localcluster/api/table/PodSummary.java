package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.json.Json;

/** A pod in one line. */
final class PodSummary {

  private PodSummary() {}

  static String ready(JsonNode pod) {
    long ready =
        pod.at("/status/containerStatuses")
            .valueStream()
            .filter(status -> status.path("ready").asBoolean(false))
            .count();
    return ready + "/" + pod.at("/spec/containers").size();
  }

  static String restarts(JsonNode pod) {
    int restarts =
        pod.at("/status/containerStatuses")
            .valueStream()
            .mapToInt(status -> status.path("restartCount").asInt(0))
            .sum();
    return Integer.toString(restarts);
  }

  /** The most telling word: why a container waits or ended, else the phase. */
  static String status(JsonNode pod) {
    if (pod.path("metadata").has("deletionTimestamp")) {
      return "Terminating";
    }
    JsonNode status = pod.path("status");
    String shown = Json.textAt(status, "reason");
    if (shown.isEmpty()) {
      shown = status.path("phase").asText("Unknown");
    }
    if (isGated(status)) {
      shown = "SchedulingGated";
    }
    for (JsonNode container : status.path("containerStatuses")) {
      String waiting = Json.textAt(container.at("/state/waiting"), "reason");
      String ended = Json.textAt(container.at("/state/terminated"), "reason");
      if (!waiting.isEmpty() || !ended.isEmpty()) {
        shown = waiting.isEmpty() ? ended : waiting;
      }
    }
    return shown;
  }

  private static boolean isGated(JsonNode status) {
    return status
        .path("conditions")
        .valueStream()
        .anyMatch(condition -> Json.textAt(condition, "reason").equals("SchedulingGated"));
  }
}
