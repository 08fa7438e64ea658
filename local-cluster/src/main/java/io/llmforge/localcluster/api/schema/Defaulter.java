package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/** Fills in what a schema says about absent fields, wherever their parent is present. */
public final class Defaulter {

  private Defaulter() {}

  /** Changes the value in place. */
  public static void fill(Schema schema, JsonNode value) {
    if (value instanceof ObjectNode object) {
      fillObject(schema, object);
    } else if (value instanceof ArrayNode list) {
      schema.items().ifPresent(items -> list.forEach(item -> fill(items, item)));
    }
  }

  private static void fillObject(Schema schema, ObjectNode object) {
    for (Map.Entry<String, JsonNode> property : schema.properties()) {
      if (property.getValue() instanceof ObjectNode node) {
        Schema field = new Schema(node);
        Optional<JsonNode> defaultValue = field.defaultValue();
        if (defaultValue.isPresent() && isAbsent(object, property.getKey(), field)) {
          object.set(property.getKey(), defaultValue.get().deepCopy());
        }
      }
    }
    for (Map.Entry<String, JsonNode> present : object.properties()) {
      schema.field(present.getKey()).ifPresent(field -> fill(field, present.getValue()));
    }
  }

  /** A null that the schema does not allow counts as absent when there is a default for it. */
  private static boolean isAbsent(ObjectNode object, String name, Schema field) {
    JsonNode value = object.get(name);
    return value == null || (value.isNull() && !field.isNullable());
  }
}
