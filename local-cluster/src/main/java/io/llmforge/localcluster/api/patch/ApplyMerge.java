package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** How applied fields get into a live object, and fields no longer applied out of it. */
final class ApplyMerge {

  private ApplyMerge() {}

  /** The live value with everything of the applied one laid over it. */
  static JsonNode merge(Schema schema, JsonNode live, JsonNode applied) {
    if (!ListItems.isDivisible(schema, applied)) {
      return applied.deepCopy();
    }
    if (live instanceof ObjectNode before && applied instanceof ObjectNode fields) {
      ObjectNode result = before.deepCopy();
      for (Map.Entry<String, JsonNode> field : fields.properties()) {
        Schema fieldSchema = schema.field(field.getKey()).orElse(Schema.OPEN);
        JsonNode old = before.path(field.getKey());
        result.set(field.getKey(), merge(fieldSchema, old, field.getValue()));
      }
      return result;
    }
    if (live instanceof ArrayNode before && applied instanceof ArrayNode items) {
      return mergeItems(schema, before, items);
    }
    return applied.deepCopy();
  }

  /** Items keep the place they have; new ones follow in the order they were applied. */
  private static ArrayNode mergeItems(Schema schema, ArrayNode live, ArrayNode applied) {
    Schema items = schema.items().orElse(Schema.OPEN);
    SequencedMap<String, JsonNode> result = ListItems.of(schema, live);
    ListItems.of(schema, applied)
        .forEach(
            (step, item) -> {
              JsonNode old = result.get(step);
              result.put(step, old == null ? item.deepCopy() : merge(items, old, item));
            });
    return Json.array().addAll(result.values());
  }

  /**
   * Removes given-up places that nobody else holds. Changes the value in place.
   *
   * @param givenUp what the applier owned before and does not claim any more
   * @param held what other managers own
   */
  static void remove(Schema schema, JsonNode value, FieldSet givenUp, FieldSet held) {
    if (!ListItems.isDivisible(schema, value)) {
      return;
    }
    List<String> doomed = new ArrayList<>();
    FieldSets.parts(schema, value)
        .forEach(
            (step, part) -> {
              FieldSet below = givenUp.child(step);
              if (below.isEmpty()) {
                return;
              }
              // Taken apart first, a list item would lose the key by which it is found.
              if (below.isMember() && held.child(step).isEmpty()) {
                doomed.add(step);
              } else {
                remove(part.schema(), part.value(), below, held.child(step));
              }
            });
    if (value instanceof ObjectNode object) {
      doomed.forEach(step -> object.remove(step.substring(2)));
    } else if (value instanceof ArrayNode list) {
      SequencedMap<String, JsonNode> items = ListItems.of(schema, list);
      doomed.forEach(items::remove);
      list.removeAll();
      list.addAll(items.values());
    }
  }
}
