package io.llmforge.crds.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares a value with a structural schema: types, null, enums, ranges. */
final class SchemaMatch {

  private final List<String> mismatches = new ArrayList<>();

  static List<String> mismatches(JsonNode value, JsonNode schema) {
    var match = new SchemaMatch();
    match.check("", value, schema);
    return match.mismatches;
  }

  private void check(String path, JsonNode value, JsonNode schema) {
    if (value.isNull()) {
      require(schema.path("nullable").asBoolean(), path, "is null");
      return;
    }
    if (schema.has("type")) {
      var type = schema.get("type").asText();
      require(types(value).contains(type), path, "is no " + type + ": " + value);
    }
    if (schema.has("enum")) {
      require(schema.get("enum").valueStream().anyMatch(value::equals), path, "is not allowed");
    }
    if (schema.has("minimum") && value.isNumber()) {
      double least = schema.get("minimum").doubleValue();
      boolean exclusive = schema.path("exclusiveMinimum").asBoolean();
      double number = value.doubleValue();
      require(exclusive ? number > least : number >= least, path, "is too small: " + value);
    }
    schema
        .path("required")
        .forEach(key -> require(value.has(key.asText()), path, "has no " + key.asText()));
    value
        .properties()
        .forEach(entry -> checkMember(path, entry.getKey(), entry.getValue(), schema));
    if (value.isArray()) {
      value.forEach(item -> check(path + "[]", item, schema.path("items")));
    }
  }

  private void checkMember(String path, String key, JsonNode value, JsonNode schema) {
    var known = schema.path("properties").path(key);
    var place = path + "." + key;
    if (!known.isMissingNode()) {
      check(place, value, known);
    } else if (schema.path("additionalProperties").isObject()) {
      check(place, value, schema.get("additionalProperties"));
    } else {
      require(
          schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(),
          place,
          "would be pruned");
    }
  }

  private static Set<String> types(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT, POJO -> Set.of("object");
      case ARRAY -> Set.of("array");
      case STRING, BINARY -> Set.of("string");
      case BOOLEAN -> Set.of("boolean");
      case NUMBER -> value.isIntegralNumber() ? Set.of("integer", "number") : Set.of("number");
      case NULL, MISSING -> Set.of();
    };
  }

  private void require(boolean fits, String path, String what) {
    if (!fits) {
      mismatches.add("%s %s".formatted(path, what));
    }
  }
}
