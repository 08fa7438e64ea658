package io.llmforge.localcluster.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.cel.CelRules;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.schema.Schema;
import io.llmforge.localcluster.api.store.ResourceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the kinds out of a CustomResourceDefinition. */
final class DefinedTypes {
  private final ObjectNode metadataSchema;

  /**
   * A reader.
   *
   * @param anyBuiltin a schema with the fields that all objects have
   */
  DefinedTypes(Schema anyBuiltin) {
    this.metadataSchema = anyBuiltin.property("metadata").orElseThrow().node();
  }

  List<ResourceType> of(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    List<ResourceType> types = new ArrayList<>();
    for (JsonNode version : spec.path("versions")) {
      if (version.path("served").asBoolean() && version instanceof ObjectNode entry) {
        types.add(type(spec, entry));
      }
    }
    return List.copyOf(types);
  }

  private ResourceType type(JsonNode spec, ObjectNode version) {
    JsonNode names = spec.path("names");
    return new ResourceType(
        new ResourceId(spec.path("group").asText(), names.path("plural").asText()),
        version.path("name").asText(),
        names.path("kind").asText(),
        new ResourceType.Names(
            names.path("singular").asText(),
            texts(names.path("shortNames")),
            texts(names.path("categories"))),
        spec.path("scope").asText().equals("Namespaced"),
        version.path("subresources").has("status"),
        true,
        withObjectFields(version),
        rules(version),
        Optional.of(version));
  }

  private static List<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::asText).toList();
  }

  /** Rules of stored definitions have compiled before. */
  private static CelRules rules(ObjectNode version) {
    return CelRules.compile(RuleSchemas.of(version), "", new ArrayList<>());
  }

  /** Every object has these fields, whether its definition lists them or not. */
  private Schema withObjectFields(ObjectNode version) {
    ObjectNode schema =
        Json.objectAt(version.path("schema"), "openAPIV3Schema")
            .map(ObjectNode::deepCopy)
            .orElseGet(() -> Schema.OPEN.node().deepCopy());
    ObjectNode properties = schema.withObject("/properties");
    properties.set("apiVersion", Json.object().put("type", "string"));
    properties.set("kind", Json.object().put("type", "string"));
    properties.set("metadata", metadataSchema);
    return new Schema(schema);
  }
}
