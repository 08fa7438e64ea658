package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import java.util.ArrayList;
import java.util.List;

/** The columns that a definition asks for. */
final class CustomColumns {
  private final Age age;

  CustomColumns(Age age) {
    this.age = age;
  }

  List<Column> of(ResourceType type) {
    List<Column> columns = new ArrayList<>();
    for (JsonNode column : type.printerColumns()) {
      columns.add(column(column));
    }
    if (columns.isEmpty()) {
      columns.add(Column.text("Age", object -> age.since(creation(object))));
    }
    return columns;
  }

  static String creation(JsonNode object) {
    return Json.textAt(object.path("metadata"), "creationTimestamp");
  }

  private Column column(JsonNode column) {
    SimplePath path = new SimplePath(Json.textAt(column, "jsonPath"));
    String type = Json.textAt(column, "type");
    return new Column(
        Json.textAt(column, "name"),
        type,
        Json.textAt(column, "format"),
        column.path("priority").asInt(0),
        object -> path.find(object).map(value -> cell(type, value)).orElse(NullNode.instance));
  }

  private JsonNode cell(String type, JsonNode value) {
    if (type.equals("date")) {
      return new TextNode(age.since(value.asText()));
    }
    return value.isContainerNode() ? new TextNode(Json.text(value)) : value;
  }
}
