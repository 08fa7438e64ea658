package io.llmforge.localcluster.api.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.schema.Schema;

/** The schema of a version as its CEL rules see it. */
public final class RuleSchemas {

  private RuleSchemas() {}

  /** Of the metadata rules may read nothing but the names. */
  public static Schema of(ObjectNode version) {
    ObjectNode schema =
        Json.objectAt(version.path("schema"), "openAPIV3Schema")
            .map(ObjectNode::deepCopy)
            .orElseGet(() -> Json.object().put("type", "object"));
    ObjectNode text = Json.object().put("type", "string");
    ObjectNode properties = schema.withObject("/properties");
    properties.set("apiVersion", text);
    properties.set("kind", text);
    ObjectNode metadata = properties.putObject("metadata").put("type", "object");
    metadata.withObject("/properties").set("name", text);
    metadata.withObject("/properties").set("generateName", text);
    return new Schema(schema);
  }
}
