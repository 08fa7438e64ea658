package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.write.DeleteOptions;
import io.llmforge.localcluster.api.write.ObjectDeleter;
import io.llmforge.localcluster.api.write.Timestamps;
import java.util.List;

/** Binding pods to nodes and evicting them. */
public final class PodSubresources {
  private final ObjectStore store;
  private final ObjectDeleter deleter;
  private final Timestamps timestamps;

  public PodSubresources(ObjectStore store, ObjectDeleter deleter, Timestamps timestamps) {
    this.store = store;
    this.deleter = deleter;
    this.timestamps = timestamps;
  }

  /** Puts a pod on a node, once; this is the only way that {@code spec.nodeName} changes. */
  public ApiResponse bind(ApiRequest request, ResourceType type, ObjectKey key) {
    String node = Json.textAt(RequestBody.object(request).path("target"), "name");
    if (node.isEmpty()) {
      throw StatusException.invalid(
          new StatusException.Subject("", "Binding", key.name()),
          List.of(Cause.required("target.name", "")));
    }
    return store.atomically(
        () -> {
          ObjectNode pod = find(type, key).deepCopy();
          refuseUnlessUnbound(type, key, pod);
          pod.withObject("/spec").put("nodeName", node);
          schedule(pod);
          store.put(type.id(), key, pod);
          return new ApiResponse.Document(201, success(), List.of());
        });
  }

  public ApiResponse evict(ApiRequest request, ResourceType type, ObjectKey key) {
    deleter.delete(type, key, DeleteOptions.of(request));
    return new ApiResponse.Document(201, success(), List.of());
  }

  private ObjectNode find(ResourceType type, ObjectKey key) {
    return store
        .find(type.id(), key)
        .orElseThrow(() -> StatusException.notFound(type.subject(key.name())));
  }

  private static void refuseUnlessUnbound(ResourceType type, ObjectKey key, ObjectNode pod) {
    String node = Json.textAt(pod.path("spec"), "nodeName");
    if (!node.isEmpty()) {
      throw StatusException.conflict(
          type.subject(key.name()),
          "pod " + key.name() + " is already assigned to node \"" + node + "\"");
    }
    if (!pod.path("spec").path("schedulingGates").isEmpty()) {
      throw StatusException.conflict(
          type.subject(key.name()), "pod " + key.name() + " has non-empty .spec.schedulingGates");
    }
    if (pod.path("metadata").has("deletionTimestamp")) {
      throw StatusException.conflict(
          type.subject(key.name()),
          "pod " + key.name() + " is being deleted, cannot be assigned to a host");
    }
  }

  private void schedule(ObjectNode pod) {
    ObjectNode condition = Json.object().put("type", "PodScheduled").put("status", "True");
    condition.put("lastTransitionTime", timestamps.now());
    ObjectNode status = pod.withObject("/status");
    List<JsonNode> others =
        status
            .path("conditions")
            .valueStream()
            .filter(other -> !Json.textAt(other, "type").equals("PodScheduled"))
            .toList();
    status.putArray("conditions").addAll(others).add(condition);
  }

  private static ObjectNode success() {
    ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return status.put("status", "Success").put("code", 201);
  }
}
