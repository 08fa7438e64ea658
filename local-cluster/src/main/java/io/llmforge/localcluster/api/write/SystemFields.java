package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.store.ObjectKey;
import java.util.List;
import java.util.Optional;

/** The fields of {@code metadata} that only the server writes. */
final class SystemFields {
  private static final List<String> SERVER_OWNED =
      List.of(
          "uid",
          "creationTimestamp",
          "deletionTimestamp",
          "deletionGracePeriodSeconds",
          "generation",
          "selfLink");

  private final Identities identities;
  private final Timestamps timestamps;

  SystemFields(Identities identities, Timestamps timestamps) {
    this.identities = identities;
    this.timestamps = timestamps;
  }

  void onCreate(ResourceType type, ObjectKey key, ObjectNode object) {
    ObjectNode metadata = object.withObject("/metadata");
    SERVER_OWNED.forEach(metadata::remove);
    metadata.remove("resourceVersion");
    metadata.put("name", key.name());
    if (type.isNamespaced()) {
      metadata.put("namespace", key.namespace());
    } else {
      metadata.remove("namespace");
    }
    metadata.put("uid", identities.uid()).put("creationTimestamp", timestamps.now());
    if (type.countsGenerations()) {
      metadata.put("generation", 1);
    }
  }

  /** Takes the server's fields from the stored object, whatever the client sent. */
  void onUpdate(ObjectNode stored, ObjectNode object) {
    JsonNode before = stored.path("metadata");
    ObjectNode metadata = object.withObject("/metadata");
    for (String field : SERVER_OWNED) {
      Json.setOrRemove(metadata, field, Optional.ofNullable(before.get(field)));
    }
    metadata.set("name", before.path("name"));
    Json.setOrRemove(metadata, "namespace", Optional.ofNullable(before.get("namespace")));
    Json.setOrRemove(metadata, "generateName", Optional.ofNullable(before.get("generateName")));
    metadata.set("resourceVersion", before.path("resourceVersion"));
  }

  /** A new generation is a new intention: anything but metadata and status counts. */
  static void countGeneration(ResourceType type, ObjectNode stored, ObjectNode object) {
    if (!type.countsGenerations() || Json.same(intention(type, stored), intention(type, object))) {
      return;
    }
    long generation = stored.path("metadata").path("generation").asLong(0);
    object.withObject("/metadata").put("generation", generation + 1);
  }

  private static ObjectNode intention(ResourceType type, ObjectNode object) {
    ObjectNode copy = object.deepCopy().without(List.of("metadata", "apiVersion", "kind"));
    return type.hasStatus() ? copy.without(List.of("status")) : copy;
  }
}
