package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Removes fields that a schema does not know. */
public final class Pruner {
  private static final Set<String> OBJECT_FIELDS = Set.of("apiVersion", "kind", "metadata");

  private final List<String> removed = new ArrayList<>();

  private Pruner() {}

  /** Changes the value in place and returns the paths of what was removed. */
  public static List<String> prune(Schema schema, JsonNode value) {
    Pruner pruner = new Pruner();
    pruner.visit(schema, value, "");
    return List.copyOf(pruner.removed);
  }

  private void visit(Schema schema, JsonNode value, String path) {
    if (value instanceof ObjectNode object) {
      visitObject(schema, object, path);
    } else if (value instanceof ArrayNode list && schema.items().isPresent()) {
      Schema items = schema.items().get();
      for (int index = 0; index < list.size(); index++) {
        visit(items, list.get(index), path + "[" + index + "]");
      }
    }
  }

  private void visitObject(Schema schema, ObjectNode object, String path) {
    List<String> names = object.propertyStream().map(field -> field.getKey()).toList();
    for (String name : names) {
      String place = path.isEmpty() ? name : path + "." + name;
      var field = schema.field(name);
      if (field.isPresent()) {
        visit(field.get(), object.get(name), place);
      } else if (!keepsUnknown(schema, name)) {
        object.remove(name);
        removed.add(place);
      }
    }
  }

  private static boolean keepsUnknown(Schema schema, String name) {
    return schema.preservesUnknownFields()
        || (schema.isEmbeddedResource() && OBJECT_FIELDS.contains(name));
  }
}
