package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.Optional;

/** Which item of an old list is the same thing as an item of the new one. */
final class Correlation {

  private Correlation() {}

  /** What tells an item from its neighbours: its keys in a list map, itself in other lists. */
  static JsonNode identity(Schema list, JsonNode item) {
    if (list.listType() != Schema.ListType.MAP) {
      return item;
    }
    ObjectNode keys = Json.object();
    list.mapKeys().forEach(key -> keys.set(key, item.path(key)));
    return keys;
  }

  /** Only items of list maps keep their identity over an update. */
  static Optional<JsonNode> find(Schema list, Optional<JsonNode> old, JsonNode identity) {
    if (list.listType() != Schema.ListType.MAP) {
      return Optional.empty();
    }
    return old.stream()
        .flatMap(JsonNode::valueStream)
        .filter(item -> identity(list, item).equals(identity))
        .findFirst();
  }
}
