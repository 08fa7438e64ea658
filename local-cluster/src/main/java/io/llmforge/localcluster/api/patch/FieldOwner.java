package io.llmforge.localcluster.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.Comparator;

/** Who owns fields: one entry of {@code managedFields} without its fields and time. */
public record FieldOwner(String manager, String operation, String apiVersion, String subresource) {

  /** The order of entries: applied first. */
  static final Comparator<FieldOwner> ORDER =
      Comparator.comparing(FieldOwner::operation)
          .thenComparing(FieldOwner::manager)
          .thenComparing(FieldOwner::subresource)
          .thenComparing(FieldOwner::apiVersion);

  public static final String APPLY = "Apply";
  public static final String UPDATE = "Update";

  static FieldOwner read(JsonNode entry) {
    return new FieldOwner(
        Json.textAt(entry, "manager"),
        Json.textAt(entry, "operation"),
        Json.textAt(entry, "apiVersion"),
        Json.textAt(entry, "subresource"));
  }

  ObjectNode write(String time, FieldSet fields) {
    ObjectNode entry = Json.object().put("manager", manager).put("operation", operation);
    entry.put("apiVersion", apiVersion).put("time", time).put("fieldsType", "FieldsV1");
    entry.set("fieldsV1", fields.write());
    if (!subresource.isEmpty()) {
      entry.put("subresource", subresource);
    }
    return entry;
  }

  /** As a conflict names it. */
  String shown(String time) {
    String name = "\"" + manager + "\"";
    String place = subresource.isEmpty() ? "" : " with subresource \"" + subresource + "\"";
    return operation.equals(UPDATE)
        ? name + place + " using " + apiVersion + (time.isEmpty() ? "" : " at " + time)
        : name + place;
  }
}
