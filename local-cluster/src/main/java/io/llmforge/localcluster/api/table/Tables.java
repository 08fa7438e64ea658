package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import java.util.List;

/** Builds the tables that {@code kubectl get} prints. */
public final class Tables {

  /**
   * One row for each object.
   *
   * @param includeObject what each row carries of its object: None, Metadata or Object
   */
  public ObjectNode of(ResourceType type, List<ObjectNode> objects, String includeObject) {
    ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    table.putObject("metadata");
    ArrayNode columns = table.putArray("columnDefinitions");
    columns
        .addObject()
        .put("name", "Name")
        .put("type", "string")
        .put("format", "name")
        .put("description", type.kind())
        .put("priority", 0);
    ArrayNode rows = table.putArray("rows");
    for (ObjectNode object : objects) {
      ObjectNode row = rows.addObject();
      row.putArray("cells").add(object.path("metadata").path("name"));
      row.set("object", object);
    }
    return table;
  }
}
