package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.schema.Schema;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The merge patch of built-in kinds, which merges some lists by a key and knows directives. */
public final class StrategicMergePatch {
  private static final String DIRECTIVE = "$patch";
  private static final String DELETE_ITEMS = "$deleteFromPrimitiveList/";
  private static final String ORDER = "$setElementOrder/";
  private static final String RETAIN_KEYS = "$retainKeys";

  private StrategicMergePatch() {}

  public static JsonNode merge(Schema schema, JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch.deepCopy();
    }
    ObjectNode result = target instanceof ObjectNode object ? object.deepCopy() : Json.object();
    switch (Json.textAt(changes, DIRECTIVE)) {
      case "replace" -> {
        return changes.deepCopy().without(DIRECTIVE);
      }
      case "delete" -> {
        return Json.object();
      }
      default -> retainKeys(result, changes.path(RETAIN_KEYS));
    }
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      if (!change.getKey().startsWith("$")) {
        mergeField(schema, result, change.getKey(), change.getValue());
      }
    }
    changes.properties().forEach(change -> direct(schema, result, change));
    return result;
  }

  private static void retainKeys(ObjectNode result, JsonNode keys) {
    if (keys.isArray()) {
      result.retain(keys.valueStream().map(JsonNode::asText).toList());
    }
  }

  private static void mergeField(Schema schema, ObjectNode result, String name, JsonNode value) {
    Schema field = schema.field(name).orElse(Schema.OPEN);
    if (value.isNull()) {
      result.remove(name);
    } else if (value instanceof ArrayNode items && field.mergesInPatches()) {
      ArrayNode old = result.get(name) instanceof ArrayNode list ? list : Json.array();
      result.set(name, mergeItems(field, old, items));
    } else {
      result.set(name, merge(field, result.path(name), value));
    }
  }

  private static ArrayNode mergeItems(Schema list, ArrayNode target, ArrayNode patch) {
    Optional<String> key = list.patchMergeKey();
    if (key.isEmpty()) {
      return union(target, patch);
    }
    if (patch.valueStream().anyMatch(item -> Json.textAt(item, DIRECTIVE).equals("replace"))) {
      ArrayNode rest = Json.array();
      patch.valueStream().filter(item -> !item.has(DIRECTIVE)).forEach(rest::add);
      return rest;
    }
    Schema items = list.items().orElse(Schema.OPEN);
    List<JsonNode> result = new ArrayList<>(target.valueStream().toList());
    for (JsonNode item : patch) {
      mergeItem(items, key.get(), result, item);
    }
    return Json.array().addAll(result);
  }

  private static void mergeItem(Schema items, String key, List<JsonNode> result, JsonNode item) {
    JsonNode wanted = item.get(key);
    if (wanted == null) {
      throw StatusException.badRequest(
          "map: " + Json.text(item) + " does not contain declared merge key: " + key);
    }
    int index = 0;
    while (index < result.size() && !Json.same(result.get(index).path(key), wanted)) {
      index++;
    }
    boolean isThere = index < result.size();
    if (Json.textAt(item, DIRECTIVE).equals("delete")) {
      if (isThere) {
        result.remove(index);
      }
    } else if (isThere) {
      result.set(index, merge(items, result.get(index), item));
    } else {
      result.add(merge(items, Json.object(), item));
    }
  }

  private static ArrayNode union(ArrayNode target, ArrayNode patch) {
    ArrayNode all = target.deepCopy();
    for (JsonNode item : patch) {
      if (all.valueStream().noneMatch(item::equals)) {
        all.add(item);
      }
    }
    return all;
  }

  /** Directives about a list stand beside it, with the name of its field behind a slash. */
  private static void direct(Schema schema, ObjectNode result, Map.Entry<String, JsonNode> change) {
    String name = change.getKey();
    if (name.startsWith(DELETE_ITEMS)
        && result.get(name.substring(DELETE_ITEMS.length())) instanceof ArrayNode list) {
      Set<JsonNode> doomed = change.getValue().valueStream().collect(Collectors.toSet());
      list.removeIf(doomed::contains);
    }
    if (name.startsWith(ORDER)
        && result.get(name.substring(ORDER.length())) instanceof ArrayNode list) {
      Schema field = schema.field(name.substring(ORDER.length())).orElse(Schema.OPEN);
      sort(list, field.patchMergeKey(), change.getValue());
    }
  }

  private static void sort(ArrayNode list, Optional<String> key, JsonNode order) {
    List<JsonNode> wanted =
        order.valueStream().map(item -> key.map(item::path).orElse(item)).toList();
    List<JsonNode> sorted = new ArrayList<>(list.valueStream().toList());
    // Items that the order does not name stay behind those it names.
    sorted.sort(
        (left, right) ->
            Integer.compare(
                position(wanted, key.map(left::path).orElse(left)),
                position(wanted, key.map(right::path).orElse(right))));
    list.removeAll();
    list.addAll(sorted);
  }

  private static int position(List<JsonNode> wanted, JsonNode item) {
    int index = wanted.indexOf(item);
    return index < 0 ? Integer.MAX_VALUE : index;
  }
}
