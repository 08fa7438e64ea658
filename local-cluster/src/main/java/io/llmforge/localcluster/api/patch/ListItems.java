package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.schema.Schema;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The items of lists that are not atomic, by the step that names each of them. */
final class ListItems {

  private ListItems() {}

  /** The items of a set or list map in their order. */
  static SequencedMap<String, JsonNode> of(Schema schema, ArrayNode list) {
    SequencedMap<String, JsonNode> items = new LinkedHashMap<>();
    for (JsonNode item : list) {
      String step = step(schema, item);
      if (items.put(step, item) != null && schema.listType() == Schema.ListType.MAP) {
        throw StatusException.badRequest("duplicate entries for key " + step.substring(2));
      }
    }
    return items;
  }

  private static String step(Schema schema, JsonNode item) {
    if (schema.listType() == Schema.ListType.SET) {
      return "v:" + Json.text(item);
    }
    TreeMap<String, JsonNode> keys = new TreeMap<>();
    for (String key : schema.mapKeys()) {
      Optional<JsonNode> value = Optional.ofNullable(item.get(key));
      value
          .or(() -> schema.items().flatMap(s -> s.property(key)).flatMap(Schema::defaultValue))
          .ifPresent(present -> keys.put(key, present));
    }
    ObjectNode named = Json.object();
    named.setAll(keys);
    return "k:" + Json.text(named);
  }

  /** Whether a value is owned piece by piece rather than as one. */
  static boolean isDivisible(Schema schema, JsonNode value) {
    if (value.isObject()) {
      return !schema.isAtomicMap();
    }
    return value.isArray() && schema.listType() != Schema.ListType.ATOMIC;
  }
}
