package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A structural schema: one node of an OpenAPI v3 schema with the Kubernetes extensions. */
public record Schema(ObjectNode node) {

  /** Anything may be here. */
  public static final Schema OPEN =
      new Schema(Json.object().put("x-kubernetes-preserve-unknown-fields", true));

  /** How a list is owned and merged. */
  public enum ListType {
    ATOMIC,
    SET,
    MAP
  }

  public String type() {
    return Json.textAt(node, "type");
  }

  public Optional<Schema> property(String name) {
    return Json.objectAt(node.path("properties"), name).map(Schema::new);
  }

  public Iterable<Map.Entry<String, JsonNode>> properties() {
    return node.path("properties").properties();
  }

  public Optional<Schema> items() {
    return Json.objectAt(node, "items").map(Schema::new);
  }

  /** The schema of values under free keys. */
  public Optional<Schema> additionalProperties() {
    if (node.path("additionalProperties").asBoolean(false)) {
      return Optional.of(OPEN);
    }
    return Json.objectAt(node, "additionalProperties").map(Schema::new);
  }

  /** The schema of a field of an object: a named property or a free key. */
  public Optional<Schema> field(String name) {
    return property(name).or(this::additionalProperties);
  }

  public boolean preservesUnknownFields() {
    return node.path("x-kubernetes-preserve-unknown-fields").asBoolean(false);
  }

  public boolean isIntOrString() {
    return node.path("x-kubernetes-int-or-string").asBoolean(false);
  }

  public boolean isEmbeddedResource() {
    return node.path("x-kubernetes-embedded-resource").asBoolean(false);
  }

  public boolean isNullable() {
    return node.path("nullable").asBoolean(false);
  }

  public boolean isAtomicMap() {
    return Json.textAt(node, "x-kubernetes-map-type").equals("atomic");
  }

  public ListType listType() {
    return switch (Json.textAt(node, "x-kubernetes-list-type")) {
      case "map" -> ListType.MAP;
      case "set" -> ListType.SET;
      default -> ListType.ATOMIC;
    };
  }

  /** The fields that tell the items of a list map apart. */
  public List<String> mapKeys() {
    List<String> keys = new ArrayList<>();
    node.path("x-kubernetes-list-map-keys").forEach(key -> keys.add(key.asText()));
    return keys;
  }

  /** The key by which a strategic merge patch matches the items of this list, if it merges them. */
  public Optional<String> patchMergeKey() {
    return Optional.ofNullable(node.get("x-kubernetes-patch-merge-key")).map(JsonNode::asText);
  }

  /** Whether a strategic merge patch merges this list at all. */
  public boolean mergesInPatches() {
    return Json.textAt(node, "x-kubernetes-patch-strategy").contains("merge");
  }

  /** The item of an old list that is the same thing as an item of the new one. */
  public Optional<JsonNode> correlated(Optional<JsonNode> oldList, JsonNode item) {
    return Correlation.find(this, oldList, Correlation.identity(this, item));
  }

  public Optional<JsonNode> defaultValue() {
    return Optional.ofNullable(node.get("default"));
  }
}
