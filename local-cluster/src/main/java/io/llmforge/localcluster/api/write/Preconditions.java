package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.List;

/** What must hold between a request and the stored object before anything is written. */
final class Preconditions {

  private Preconditions() {}

  /** A client that names a version or uid means exactly that object. */
  static void refuseIfStale(Write write, ObjectNode stored, ObjectNode object) {
    JsonNode expected = object.path("metadata");
    JsonNode actual = stored.path("metadata");
    String version = Json.textAt(expected, "resourceVersion");
    if (!version.isEmpty() && !version.equals(Json.textAt(actual, "resourceVersion"))) {
      throw StatusException.conflict(
          write.subject(),
          "the object has been modified; please apply your changes to the latest version and try"
              + " again");
    }
    String uid = Json.textAt(expected, "uid");
    if (!uid.isEmpty() && !uid.equals(Json.textAt(actual, "uid"))) {
      throw StatusException.conflict(
          write.subject(),
          "Precondition failed: UID in precondition: "
              + uid
              + ", UID in object meta: "
              + Json.textAt(actual, "uid"));
    }
    refuseOtherName(write, object);
  }

  static void refuseOtherName(Write write, ObjectNode object) {
    String name = Json.textAt(object.path("metadata"), "name");
    if (!name.equals(write.key().name())) {
      throw StatusException.badRequest(
          "the name of the object ("
              + name
              + ") does not match the name on the URL ("
              + write.key().name()
              + ")");
    }
  }

  static void refuseBadApply(Write write, ObjectNode config) {
    if (!config.path("metadata").path("managedFields").isEmpty()) {
      throw StatusException.badRequest("metadata.managedFields must be nil");
    }
    if (write.options().fieldManager().isEmpty()) {
      throw StatusException.invalid(
          new StatusException.Subject("meta.k8s.io", "PatchOptions", ""),
          List.of(Cause.required("fieldManager", "is required for apply patch")));
    }
    for (String field : List.of("apiVersion", "kind")) {
      if (Json.textAt(config, field).isEmpty()) {
        throw StatusException.badRequest("an applied object needs the field " + field);
      }
    }
  }

  static void refuseUndeclared(Write write, List<String> unknown) {
    if (!unknown.isEmpty()) {
      String object =
          write.key().namespace()
              + "/"
              + write.key().name()
              + "; "
              + write.type().apiVersion()
              + ", Kind="
              + write.type().kind();
      throw StatusException.of(
          Reason.InternalError,
          "failed to create typed patch object ("
              + object
              + "): ."
              + unknown.getFirst()
              + ": field not declared in schema");
    }
  }

  /** Whether an object waits for deletion and nothing holds it any more. */
  static boolean isReleased(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    return metadata.has("deletionTimestamp")
        && metadata.path("finalizers").isEmpty()
        && metadata.path("deletionGracePeriodSeconds").asLong(0) == 0
        && object.path("spec").path("finalizers").isEmpty();
  }
}
