package io.llmforge.cli.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.schema.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One place of an object, and what its schema says about it.
 *
 * @param holder the object that has the field; for an item of a list, the object that has the list
 * @param name the field
 * @param siblings schema of the holder
 * @param value what is there, missing or not
 * @param schema what may be there
 */
record FieldPlace(ObjectNode holder, String name, Schema siblings, JsonNode value, Schema schema) {

  /** The place at a path such as {@code spec.outputs[0].uri}. */
  static FieldPlace of(ObjectNode object, Schema schema, String path) {
    return new FieldPlace(object, "", schema, object, schema).below(path);
  }

  /** Names of the fields that the holder may have. */
  List<String> known() {
    List<String> names = new ArrayList<>();
    siblings.properties().forEach(property -> names.add(property.getKey()));
    return names;
  }

  private FieldPlace below(String path) {
    if (path.isEmpty()) {
      return this;
    }
    return path.startsWith("[")
        ? item(path)
        : field(path.startsWith(".") ? path.substring(1) : path);
  }

  private FieldPlace item(String path) {
    int end = path.indexOf(']');
    int index = Integer.parseInt(path.substring(1, end));
    return new FieldPlace(
            holder, name, siblings, value.path(index), schema.items().orElse(Schema.OPEN))
        .below(path.substring(end + 1));
  }

  // Names of labels hold dots themselves: the longest name that fits is the one.
  private FieldPlace field(String path) {
    List<String> names = new ArrayList<>();
    value.fieldNames().forEachRemaining(names::add);
    schema.properties().forEach(property -> names.add(property.getKey()));
    String next =
        names.stream()
            .filter(known -> path.equals(known) || beginsWith(path, known))
            .max(Comparator.comparingInt(String::length))
            .orElse(path);
    return new FieldPlace(
            value instanceof ObjectNode object ? object : holder,
            next,
            schema,
            value.path(next),
            schema.field(next).orElse(Schema.OPEN))
        .below(path.substring(next.length()));
  }

  private static boolean beginsWith(String path, String name) {
    return path.startsWith(name + ".") || path.startsWith(name + "[");
  }
}
