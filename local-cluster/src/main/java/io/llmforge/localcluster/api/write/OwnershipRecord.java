package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.util.List;

/** Keeps {@code metadata.managedFields} true. */
final class OwnershipRecord {

  private OwnershipRecord() {}

  /** Whether a write changed anything; when it was made does not count. */
  static boolean sameBesidesTimes(ObjectNode stored, ObjectNode object) {
    return Json.same(withoutTimes(stored), withoutTimes(object));
  }

  private static ObjectNode withoutTimes(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    copy.remove(List.of("apiVersion", "kind"));
    copy.path("metadata")
        .path("managedFields")
        .forEach(
            entry -> {
              if (entry instanceof ObjectNode fields) {
                fields.remove("time");
              }
            });
    return copy;
  }
}
