package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.patch.MergePatch;
import io.llmforge.localcluster.api.patch.OperationPatch;
import io.llmforge.localcluster.api.patch.StrategicMergePatch;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.write.Identities;
import io.llmforge.localcluster.api.write.ObjectWriter;
import io.llmforge.localcluster.api.write.Outcome;
import io.llmforge.localcluster.api.write.Part;
import io.llmforge.localcluster.api.write.Write;
import io.llmforge.localcluster.api.write.WriteOptions;
import java.util.List;

/** Creates, replacements and patches. */
public final class WriteEndpoint {
  private final ObjectWriter writer;
  private final Identities identities;
  private final Representation representation;

  public WriteEndpoint(ObjectWriter writer, Identities identities, Representation representation) {
    this.writer = writer;
    this.identities = identities;
    this.representation = representation;
  }

  ApiResponse create(ApiRequest request, ResourceType type, String namespace) {
    ObjectNode body = RequestBody.object(request);
    ObjectKey key = new ObjectKey(namespaceOf(type, body, namespace), nameOf(type, body));
    Write write = new Write(type, key, Part.MAIN, WriteOptions.of(request));
    return document(request, type, writer.create(write, body));
  }

  ApiResponse replace(ApiRequest request, ResourceType type, ObjectKey key, Part part) {
    ObjectNode body = RequestBody.object(request);
    namespaceOf(type, body, key.namespace());
    Write write = new Write(type, key, part, WriteOptions.of(request));
    return document(request, type, writer.update(write, stored -> body));
  }

  ApiResponse patch(ApiRequest request, ResourceType type, ObjectKey key, Part part) {
    JsonNode patch = RequestBody.tree(request);
    Write write = new Write(type, key, part, WriteOptions.of(request));
    Outcome outcome =
        switch (request.contentType()) {
          case "application/apply-patch+yaml" -> {
            ObjectNode config = requireObject(patch);
            namespaceOf(type, config, key.namespace());
            Write apply = new Write(type, key, part, WriteOptions.ofApply(request));
            yield writer.apply(apply, config);
          }
          case "application/merge-patch+json" ->
              patched(write, stored -> MergePatch.merge(stored, patch));
          case "application/json-patch+json" ->
              patched(write, stored -> OperationPatch.apply(stored, patch));
          case "application/strategic-merge-patch+json" -> {
            if (type.isCustom()) {
              throw unknownFormat(request);
            }
            yield patched(write, stored -> StrategicMergePatch.merge(type.schema(), stored, patch));
          }
          default -> throw unknownFormat(request);
        };
    return document(request, type, outcome);
  }

  private static StatusException unknownFormat(ApiRequest request) {
    return StatusException.of(
        Reason.UnsupportedMediaType,
        "the body of the request was in an unknown format ("
            + request.contentType()
            + "); accepted media types include: application/json-patch+json,"
            + " application/merge-patch+json, application/apply-patch+yaml");
  }

  private interface PatchStep {
    JsonNode next(ObjectNode stored);
  }

  private Outcome patched(Write write, PatchStep step) {
    return writer.update(write, stored -> requireObject(step.next(stored)));
  }

  private static ObjectNode requireObject(JsonNode patched) {
    if (patched instanceof ObjectNode object) {
      return object;
    }
    throw StatusException.badRequest("after the patch the object would not be an object");
  }

  private String nameOf(ResourceType type, ObjectNode body) {
    JsonNode metadata = body.path("metadata");
    String name = Json.textAt(metadata, "name");
    String prefix = Json.textAt(metadata, "generateName");
    if (name.isEmpty() && prefix.isEmpty()) {
      throw StatusException.invalid(
          type.kindSubject(""),
          List.of(Cause.required("metadata.name", "name or generateName is required")));
    }
    return name.isEmpty() ? identities.generatedName(prefix) : name;
  }

  private static String namespaceOf(ResourceType type, ObjectNode body, String namespace) {
    String inBody = Json.textAt(body.path("metadata"), "namespace");
    if (!type.isNamespaced()) {
      return "";
    }
    if (namespace.isEmpty()) {
      throw StatusException.badRequest("an empty namespace may not be set during creation");
    }
    if (!inBody.isEmpty() && !inBody.equals(namespace)) {
      throw StatusException.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
    return namespace;
  }

  private ApiResponse document(ApiRequest request, ResourceType type, Outcome outcome) {
    return new ApiResponse.Document(
        outcome.isCreated() ? 201 : 200,
        representation.one(request, type, outcome.object()),
        outcome.warnings());
  }
}
