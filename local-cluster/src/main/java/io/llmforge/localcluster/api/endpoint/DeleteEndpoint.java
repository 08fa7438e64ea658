package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.query.Selection;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.write.DeleteOptions;
import io.llmforge.localcluster.api.write.ObjectDeleter;
import java.util.ArrayList;
import java.util.List;

/** Deletions of one object or of all that a request selects. */
public final class DeleteEndpoint {
  private final ObjectStore store;
  private final ObjectDeleter deleter;
  private final Representation representation;

  public DeleteEndpoint(ObjectStore store, ObjectDeleter deleter, Representation representation) {
    this.store = store;
    this.deleter = deleter;
    this.representation = representation;
  }

  /** Answers with the object while it still exists, and with a success once it is gone. */
  ApiResponse delete(ApiRequest request, ResourceType type, ObjectKey key) {
    ObjectDeleter.Deletion deletion = deleter.delete(type, key, DeleteOptions.of(request));
    boolean showsObject = !deletion.isRemoved() || type.id().equals(BuiltinTypes.PODS);
    JsonNode body =
        showsObject
            ? representation.one(request, type, deletion.object())
            : success(type, deletion.object());
    return new ApiResponse.Document(200, body, deletion.warnings());
  }

  ApiResponse deleteAll(ApiRequest request, ResourceType type, String namespace) {
    Selection selection = Selection.of(request, type, namespace);
    DeleteOptions options = DeleteOptions.of(request);
    List<ObjectNode> deleted = new ArrayList<>();
    for (ObjectNode object : store.list(type.id(), selection.namespaceFilter()).items()) {
      if (selection.matches(object)) {
        deleted.add(deleter.delete(type, keyOf(object), options).object());
      }
    }
    ObjectNode metadata = Json.object().put("resourceVersion", Long.toString(store.version()));
    return ApiResponse.ok(representation.list(request, type, deleted, metadata));
  }

  private static ObjectKey keyOf(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    return new ObjectKey(Json.textAt(metadata, "namespace"), Json.textAt(metadata, "name"));
  }

  private static ObjectNode success(ResourceType type, ObjectNode removed) {
    ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Success");
    ObjectNode details = status.putObject("details");
    details.put("name", removed.path("metadata").path("name").asText());
    if (!type.id().group().isEmpty()) {
      details.put("group", type.id().group());
    }
    details.put("kind", type.id().plural());
    details.put("uid", removed.path("metadata").path("uid").asText());
    return status;
  }
}
