package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.patch.FieldOwner;
import io.llmforge.localcluster.api.patch.Ownership;
import java.util.List;

/** Keeps {@code metadata.managedFields} true for creates, replacements and patches. */
final class OwnershipRecord {
  private final Timestamps timestamps;

  OwnershipRecord(Timestamps timestamps) {
    this.timestamps = timestamps;
  }

  /** Gives what changed between two forms to the writer. Changes {@code after} in place. */
  void update(Write write, ObjectNode before, ObjectNode after) {
    JsonNode sent = after.path("metadata").path("managedFields");
    if (sent.isArray() && sent.isEmpty()) {
      // An explicitly empty list is the way to forget all owners.
      return;
    }
    if (!sent.isArray()) {
      JsonNode known = before.path("metadata").path("managedFields");
      after.withObject("/metadata").set("managedFields", known.isArray() ? known : Json.array());
    }
    FieldOwner owner = owner(write, FieldOwner.UPDATE);
    Ownership.recordUpdate(write.type().schema(), owner, before, after, timestamps.now());
  }

  /** The live object with a configuration applied to it. */
  ObjectNode apply(Write write, ObjectNode live, ObjectNode config) {
    return Ownership.apply(
        write.type().schema(),
        owner(write, FieldOwner.APPLY),
        live,
        config,
        write.options().isForced(),
        timestamps.now());
  }

  private static FieldOwner owner(Write write, String operation) {
    return new FieldOwner(
        write.options().fieldManager(),
        operation,
        write.type().apiVersion(),
        write.part().subresource());
  }

  /** Whether a write changed anything; when it was made does not count. */
  static boolean sameBesidesTimes(ObjectNode stored, ObjectNode object) {
    return Json.same(withoutTimes(stored), withoutTimes(object));
  }

  private static ObjectNode withoutTimes(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    copy.remove(List.of("apiVersion", "kind"));
    for (JsonNode entry : copy.path("metadata").path("managedFields")) {
      if (entry instanceof ObjectNode fields) {
        fields.remove("time");
      }
    }
    return copy;
  }
}
