package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.function.Function;

/**
 * One column of a table.
 *
 * @param priority 0 is always shown, 1 only with {@code -o wide}
 */
record Column(
    String name, String type, String format, int priority, Function<JsonNode, JsonNode> cell) {

  static Column text(String name, Function<JsonNode, String> cell) {
    return new Column(name, "string", "", 0, object -> new TextNode(cell.apply(object)));
  }

  static Column wide(String name, Function<JsonNode, String> cell) {
    return new Column(name, "string", "", 1, object -> new TextNode(cell.apply(object)));
  }

  ObjectNode definition() {
    ObjectNode definition = Json.object().put("name", name).put("type", type);
    definition.put("format", format).put("description", "");
    return definition.put("priority", priority);
  }
}
