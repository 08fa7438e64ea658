package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.schema.Schema;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Which fields an object has, and which fields differ between two of them. */
public final class FieldSets {

  private FieldSets() {}

  /** The fields that somebody who applies this value claims. */
  public static FieldSet claimed(Schema schema, JsonNode value) {
    if (!ListItems.isDivisible(schema, value) || value.isEmpty()) {
      return FieldSet.LEAF;
    }
    TreeMap<String, FieldSet> children = new TreeMap<>();
    parts(schema, value)
        .forEach(
            (step, part) -> {
              FieldSet below = claimed(part.schema(), part.value());
              boolean isItem = !step.startsWith("f:");
              children.put(step, new FieldSet(isItem || below.isMember(), below.children()));
            });
    return new FieldSet(false, children);
  }

  /** Every place of a value, containers included. */
  private static FieldSet places(Schema schema, JsonNode value) {
    TreeMap<String, FieldSet> children = new TreeMap<>();
    if (ListItems.isDivisible(schema, value)) {
      parts(schema, value)
          .forEach((step, part) -> children.put(step, places(part.schema(), part.value())));
    }
    return new FieldSet(true, children);
  }

  /** What a write did to an object. */
  public record Difference(FieldSet written, FieldSet removed) {}

  /** Compares two forms of an object: which places are new or changed, and which are gone. */
  public static Difference between(Schema schema, JsonNode before, JsonNode after) {
    boolean divisible =
        ListItems.isDivisible(schema, before) && ListItems.isDivisible(schema, after);
    if (!divisible || before.isArray() != after.isArray()) {
      FieldSet changed = Json.same(before, after) ? FieldSet.EMPTY : places(schema, after);
      return new Difference(changed, FieldSet.EMPTY);
    }
    Map<String, Part> old = parts(schema, before);
    Map<String, Part> now = parts(schema, after);
    TreeMap<String, FieldSet> written = new TreeMap<>();
    TreeMap<String, FieldSet> removed = new TreeMap<>();
    now.forEach(
        (step, part) -> {
          Part previous = old.get(step);
          if (previous == null) {
            written.put(step, places(part.schema(), part.value()));
            return;
          }
          Difference below = between(part.schema(), previous.value(), part.value());
          putUnlessEmpty(written, step, below.written());
          putUnlessEmpty(removed, step, below.removed());
        });
    old.forEach(
        (step, part) -> {
          if (!now.containsKey(step)) {
            removed.put(step, places(part.schema(), part.value()));
          }
        });
    return new Difference(new FieldSet(false, written), new FieldSet(false, removed));
  }

  private static void putUnlessEmpty(Map<String, FieldSet> into, String step, FieldSet set) {
    if (!set.isEmpty()) {
      into.put(step, set);
    }
  }

  /** One piece of a divisible value. */
  record Part(Schema schema, JsonNode value) {}

  static SequencedMap<String, Part> parts(Schema schema, JsonNode value) {
    SequencedMap<String, Part> parts = new LinkedHashMap<>();
    if (value instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        Schema fieldSchema = schema.field(field.getKey()).orElse(Schema.OPEN);
        parts.put("f:" + field.getKey(), new Part(fieldSchema, field.getValue()));
      }
    } else if (value instanceof ArrayNode list) {
      Schema items = schema.items().orElse(Schema.OPEN);
      ListItems.of(schema, list).forEach((step, item) -> parts.put(step, new Part(items, item)));
    }
    return parts;
  }
}
