package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.TrackingPlan;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server has of a run.
 *
 * @param id the server's own; none for a run that is not there
 * @param rows rows of its history
 * @param lastStep step of the newest row, -1 without
 * @param newest the newest value of each name
 * @param running how long earlier attempts were at work, in whole seconds as W&amp;B's client
 *     counts
 */
record WandbRunState(
    Optional<String> id, long rows, long lastStep, Map<String, Object> newest, Duration running) {

  private static final String STEP = "_step";
  private static final String RUNTIME = "_runtime";
  private static final long NONE = -1;

  WandbRunState {
    newest = Collections.unmodifiableMap(new LinkedHashMap<>(newest));
  }

  static WandbRunState ask(WandbServer server, TrackingPlan.Place place, String run)
      throws IOException, RefusedException {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("name", run);
    if (place.project() != null) {
      variables.put("project", place.project());
    }
    if (place.entity() != null) {
      variables.put("entity", place.entity());
    }
    JsonNode bucket =
        server
            .ask("RunResumeStatus", WandbDocuments.RESUME_STATUS, variables)
            .path("model")
            .path("bucket");
    return bucket.isObject()
        ? of(bucket)
        : new WandbRunState(Optional.empty(), 0, NONE, Map.of(), Duration.ZERO);
  }

  private static WandbRunState of(JsonNode bucket) throws RefusedException {
    JsonNode row = last(bucket.path("historyTail"));
    JsonNode summary = WandbJson.read(bucket.path("summaryMetrics"));
    JsonNode event = last(bucket.path("eventsTail"));
    long rows = bucket.path("historyLineCount").asLong();
    long lastStep = rows == 0 ? NONE : row.path(STEP).asLong(summary.path(STEP).asLong(NONE));
    if (rows > 0 && lastStep == NONE) {
      throw new RefusedException(
          "it has %d rows of the run and does not say of which steps".formatted(rows));
    }
    Map<String, Object> newest = new LinkedHashMap<>();
    summary.properties().forEach(value -> newest.put(value.getKey(), value.getValue()));
    double seconds =
        Math.max(
            row.path(RUNTIME).asDouble(),
            Math.max(summary.path(RUNTIME).asDouble(), event.path(RUNTIME).asDouble()));
    return new WandbRunState(
        Optional.of(bucket.path("id").asText()).filter(id -> !id.isEmpty()),
        rows,
        lastStep,
        newest,
        Duration.ofSeconds((long) seconds));
  }

  /** The last of some lines of JSON, which are text in a list that is text itself. */
  private static JsonNode last(JsonNode tail) {
    JsonNode lines = WandbJson.read(tail);
    return WandbJson.read(lines.path(lines.size() - 1));
  }
}
