package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.List;
import java.util.Locale;

/** An event in one line, in either of its two forms. */
final class EventSummary {

  private EventSummary() {}

  static String lastSeen(JsonNode event) {
    for (String field :
        List.of("lastTimestamp", "deprecatedLastTimestamp", "eventTime", "firstTimestamp")) {
      String time = Json.textAt(event, field);
      if (!time.isEmpty()) {
        return time;
      }
    }
    return CustomColumns.creation(event);
  }

  static String object(JsonNode event) {
    JsonNode object =
        event.has("regarding") ? event.path("regarding") : event.path("involvedObject");
    return Json.textAt(object, "kind").toLowerCase(Locale.ROOT) + "/" + Json.textAt(object, "name");
  }

  static String message(JsonNode event) {
    return event.path("message").asText(Json.textAt(event, "note")).strip();
  }

  static String source(JsonNode event) {
    String component = Json.textAt(event.path("source"), "component");
    return component.isEmpty()
        ? event.path("reportingComponent").asText(Json.textAt(event, "reportingController"))
        : component;
  }
}
