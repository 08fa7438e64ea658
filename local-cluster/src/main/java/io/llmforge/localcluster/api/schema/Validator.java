package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares a value with a schema. What an update leaves as it was is not complained about again, so
 * that a tightened schema does not lock the objects that were stored before.
 */
public final class Validator {
  private final List<Cause> causes = new ArrayList<>();

  private Validator() {}

  public static List<Cause> validate(Schema schema, JsonNode value, Optional<JsonNode> old) {
    Validator validator = new Validator();
    validator.visit(schema, value, old, "");
    return List.copyOf(validator.causes);
  }

  private void visit(Schema schema, JsonNode value, Optional<JsonNode> old, String path) {
    if (old.isPresent() && Json.same(old.get(), value)) {
      return;
    }
    if (!hasRightType(schema, value, path)) {
      return;
    }
    ValueRules.check(schema.node(), value, path, causes);
    checkAlternatives(schema, value, path);
    if (value instanceof ObjectNode object) {
      visitObject(schema, object, old, path);
    } else if (value instanceof ArrayNode list) {
      visitList(schema, list, old, path);
    }
  }

  private boolean hasRightType(Schema schema, JsonNode value, String path) {
    if (value.isNull() && schema.isNullable()) {
      return false;
    }
    String actual = typeOf(value);
    String expected = schema.isIntOrString() ? "integer,string" : schema.type();
    boolean fits =
        schema.isIntOrString()
            ? value.isIntegralNumber() || value.isTextual() || isDecimalQuantity(schema, value)
            : expected.isEmpty()
                || expected.equals(actual)
                || (expected.equals("number") && value.isNumber())
                || (expected.equals("integer") && isWhole(value));
    if (!fits) {
      causes.add(
          Cause.typeInvalid(
              path,
              "\"" + actual + "\"",
              path + " in body must be of type " + expected + ": \"" + actual + "\""));
    }
    return fits;
  }

  private static boolean isDecimalQuantity(Schema schema, JsonNode value) {
    return value.isNumber() && Json.textAt(schema.node(), "format").equals("quantity");
  }

  private static boolean isWhole(JsonNode value) {
    return value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
  }

  static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT, POJO -> "object";
      case ARRAY -> "array";
      case STRING, BINARY -> "string";
      case BOOLEAN -> "boolean";
      case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
      case NULL, MISSING -> "null";
    };
  }

  private void visitObject(Schema schema, ObjectNode object, Optional<JsonNode> old, String path) {
    for (JsonNode required : schema.node().path("required")) {
      if (!object.has(required.asText())) {
        causes.add(Cause.required(below(path, required.asText()), ""));
      }
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      Optional<JsonNode> before = old.map(value -> value.get(field.getKey()));
      schema
          .field(field.getKey())
          .ifPresent(s -> visit(s, field.getValue(), before, below(path, field.getKey())));
    }
  }

  private static String below(String path, String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  private void visitList(Schema schema, ArrayNode list, Optional<JsonNode> old, String path) {
    Set<JsonNode> seen = new HashSet<>();
    for (int index = 0; index < list.size(); index++) {
      JsonNode item = list.get(index);
      String place = path + "[" + index + "]";
      JsonNode identity = Correlation.identity(schema, item);
      if (schema.listType() != Schema.ListType.ATOMIC && !seen.add(identity)) {
        causes.add(Cause.duplicate(place, Json.text(identity)));
      }
      Optional<JsonNode> before = Correlation.find(schema, old, identity);
      schema.items().ifPresent(items -> visit(items, item, before, place));
    }
  }

  private void checkAlternatives(Schema schema, JsonNode value, String path) {
    JsonNode node = schema.node();
    if (node.has("oneOf") && matching(node.get("oneOf"), value) != 1) {
      causes.add(broken(path, value, "must validate one and only one schema (oneOf)"));
    }
    if (node.has("anyOf") && matching(node.get("anyOf"), value) == 0) {
      causes.add(broken(path, value, "must validate at least one schema (anyOf)"));
    }
    if (node.has("allOf") && matching(node.get("allOf"), value) < node.get("allOf").size()) {
      causes.add(broken(path, value, "must validate all the schemas (allOf)"));
    }
    if (node.get("not") instanceof ObjectNode not && fits(not, value)) {
      causes.add(broken(path, value, "must not validate the schema (not)"));
    }
  }

  private static Cause broken(String path, JsonNode value, String rule) {
    return Cause.invalid(path, "\"" + typeOf(value) + "\"", path + " in body " + rule);
  }

  private static long matching(JsonNode alternatives, JsonNode value) {
    return alternatives
        .valueStream()
        .filter(schema -> schema instanceof ObjectNode node && fits(node, value))
        .count();
  }

  private static boolean fits(ObjectNode schema, JsonNode value) {
    return validate(new Schema(schema), value, Optional.empty()).isEmpty();
  }
}
