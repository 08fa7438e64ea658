package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Builds the tables that {@code kubectl get} prints. */
public final class Tables {
  private static final Column NAME =
      new Column("Name", "string", "name", 0, object -> object.path("metadata").path("name"));

  private final BuiltinColumns builtin;
  private final CustomColumns custom;

  public Tables(Clock clock) {
    Age age = new Age(clock);
    this.builtin = new BuiltinColumns(age);
    this.custom = new CustomColumns(age);
  }

  /**
   * One row for each object.
   *
   * @param includeObject what each row carries of its object: None, Metadata or Object
   */
  public ObjectNode of(ResourceType type, List<ObjectNode> objects, String includeObject) {
    List<Column> columns = columns(type);
    ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    ObjectNode metadata = table.putObject("metadata");
    objects.stream()
        .reduce((first, second) -> second)
        .ifPresent(last -> metadata.set("resourceVersion", version(last)));
    ArrayNode definitions = table.putArray("columnDefinitions");
    columns.forEach(column -> definitions.add(column.definition()));
    ArrayNode rows = table.putArray("rows");
    for (ObjectNode object : objects) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells");
      columns.forEach(column -> cells.add(column.cell().apply(object)));
      include(row, object, includeObject);
    }
    return table;
  }

  private static JsonNode version(ObjectNode object) {
    return object.path("metadata").path("resourceVersion");
  }

  private List<Column> columns(ResourceType type) {
    List<Column> columns = new ArrayList<>();
    // The table of events has no column for the name.
    if (!type.kind().equals("Event")) {
      columns.add(NAME);
    }
    columns.addAll(type.isCustom() ? custom.of(type) : builtin.of(type.kind()));
    return columns;
  }

  private static void include(ObjectNode row, ObjectNode object, String includeObject) {
    switch (includeObject) {
      case "None" -> {}
      case "Object" -> row.set("object", object);
      default -> {
        ObjectNode partial = row.putObject("object");
        partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.path("metadata"));
      }
    }
  }
}
