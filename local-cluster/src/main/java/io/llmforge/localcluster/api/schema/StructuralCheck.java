package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Whether a schema is structural: every place has a type of its own, lists say by what keys their
 * items are told apart, defaults fit, and alternatives only narrow what is declared outside them.
 */
public final class StructuralCheck {
  private static final Set<String> SCALARS = Set.of("string", "integer", "number", "boolean");
  private static final List<String> NOT_IN_ALTERNATIVES =
      List.of(
          "type",
          "description",
          "default",
          "additionalProperties",
          "nullable",
          "x-kubernetes-preserve-unknown-fields");

  private final List<Cause> causes = new ArrayList<>();

  private StructuralCheck() {}

  /** What is wrong with the schema of an object. */
  public static List<Cause> check(ObjectNode schema, String path) {
    StructuralCheck check = new StructuralCheck();
    if (!Json.textAt(schema, "type").equals("object")) {
      check.causes.add(
          Cause.invalid(
              path + ".type",
              "\"" + Json.textAt(schema, "type") + "\"",
              "must be object at the root"));
    }
    check.visit(new Schema(schema), path);
    return List.copyOf(check.causes);
  }

  private void visit(Schema schema, String path) {
    requireType(schema, path);
    forbid(schema, path);
    checkPattern(schema, path);
    checkList(schema, path);
    checkDefault(schema, path);
    checkAlternatives(schema.node(), path);
    for (var property : schema.properties()) {
      if (property.getValue() instanceof ObjectNode node) {
        visit(new Schema(node), path + ".properties[" + property.getKey() + "]");
      }
    }
    Json.objectAt(schema.node(), "additionalProperties")
        .ifPresent(values -> visit(new Schema(values), path + ".additionalProperties"));
    schema.items().ifPresent(items -> visit(items, path + ".items"));
  }

  private void requireType(Schema schema, String path) {
    if (schema.type().isEmpty() && !schema.isIntOrString() && !schema.preservesUnknownFields()) {
      causes.add(Cause.required(path + ".type", "must not be empty for specified object fields"));
    }
    if (schema.isIntOrString() && !schema.type().isEmpty()) {
      causes.add(
          Cause.invalid(
              path + ".type",
              "\"" + schema.type() + "\"",
              "must be empty if x-kubernetes-int-or-string is true"));
    }
  }

  private void forbid(Schema schema, String path) {
    ObjectNode node = schema.node();
    if (node.has("$ref")) {
      causes.add(Cause.forbidden(path + ".$ref", "$ref is not supported"));
    }
    if (node.path("uniqueItems").asBoolean(false)) {
      causes.add(
          Cause.forbidden(
              path + ".uniqueItems",
              "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
    }
    if (node.has("additionalProperties") && !node.path("properties").isEmpty()) {
      causes.add(
          Cause.forbidden(
              path + ".additionalProperties",
              "additionalProperties and properties are mutual exclusive"));
    }
    if (schema.type().equals("array") && schema.items().isEmpty()) {
      causes.add(Cause.required(path + ".items", "must be specified"));
    }
  }

  private void checkPattern(Schema schema, String path) {
    String pattern = Json.textAt(schema.node(), "pattern");
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException malformed) {
      causes.add(
          Cause.invalid(
              path + ".pattern",
              Json.text(schema.node().path("pattern")),
              "must be a valid regular expression, but isn't: " + malformed.getDescription()));
    }
  }

  private void checkList(Schema schema, String path) {
    Optional<Schema> items = schema.items();
    if (schema.listType() == Schema.ListType.MAP && items.isPresent()) {
      checkMapKeys(schema, items.get(), path);
    }
    if (schema.listType() == Schema.ListType.SET && items.isPresent()) {
      boolean isWhole =
          SCALARS.contains(items.get().type())
              || items.get().isAtomicMap()
              || items.get().type().equals("array");
      if (!isWhole) {
        causes.add(
            Cause.invalid(
                path + ".items.x-kubernetes-map-type",
                "null",
                "must be atomic as item of a list with x-kubernetes-list-type=set"));
      }
    }
  }

  private void checkMapKeys(Schema list, Schema items, String path) {
    if (list.mapKeys().isEmpty()) {
      causes.add(
          Cause.required(
              path + ".x-kubernetes-list-map-keys",
              "must not be empty if x-kubernetes-list-type is map"));
    }
    List<String> required =
        items.node().path("required").valueStream().map(JsonNode::asText).toList();
    for (String key : list.mapKeys()) {
      String place = path + ".items.properties[" + key + "]";
      Optional<Schema> property = items.property(key);
      if (property.isEmpty()) {
        causes.add(
            Cause.invalid(
                path + ".x-kubernetes-list-map-keys",
                "\"" + key + "\"",
                "entries must all be names of item properties"));
      } else if (!SCALARS.contains(property.get().type())) {
        causes.add(
            Cause.invalid(
                place + ".type",
                "\"" + property.get().type() + "\"",
                "must be a scalar type if parent array's x-kubernetes-list-type is map"));
      } else if (!required.contains(key) && property.get().defaultValue().isEmpty()) {
        causes.add(
            Cause.required(
                place + ".default",
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be a"
                    + " required property"));
      }
    }
  }

  private void checkDefault(Schema schema, String path) {
    Optional<JsonNode> value = schema.defaultValue();
    if (value.isEmpty()) {
      return;
    }
    JsonNode filled = value.get().deepCopy();
    Defaulter.fill(schema, filled);
    for (Cause cause : Validator.validate(schema, filled, Optional.empty())) {
      causes.add(new Cause(cause.kind(), path + ".default" + cause.field(), cause.message()));
    }
    if (!Pruner.prune(schema, filled).isEmpty()) {
      causes.add(
          Cause.invalid(path + ".default", Json.text(value.get()), "must not have unknown fields"));
    }
  }

  private void checkAlternatives(ObjectNode node, String path) {
    for (String kind : List.of("allOf", "anyOf", "oneOf")) {
      JsonNode alternatives = node.path(kind);
      for (int index = 0; index < alternatives.size(); index++) {
        checkNarrowing(alternatives.get(index), path + "." + kind + "[" + index + "]");
      }
    }
    checkNarrowing(node.path("not"), path + ".not");
  }

  private void checkNarrowing(JsonNode alternative, String path) {
    // The pair of types behind int-or-string is the one thing that may be said twice.
    boolean isIntOrStringType = alternative.size() == 1 && alternative.has("type");
    for (String field : NOT_IN_ALTERNATIVES) {
      if (alternative.has(field) && !isIntOrStringType) {
        causes.add(Cause.forbidden(path + "." + field, "must be empty to be structural"));
      }
    }
    for (var property : alternative.path("properties").properties()) {
      checkNarrowing(property.getValue(), path + ".properties[" + property.getKey() + "]");
    }
  }
}
