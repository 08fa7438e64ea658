package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.patch.MergePatch;
import io.llmforge.localcluster.api.patch.OperationPatch;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.write.Identities;
import io.llmforge.localcluster.api.write.ObjectWriter;
import io.llmforge.localcluster.api.write.Outcome;
import io.llmforge.localcluster.api.write.Part;
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
    return document(request, type, writer.create(type, key, body, WriteOptions.of(request)));
  }

  ApiResponse replace(ApiRequest request, ResourceType type, ObjectKey key) {
    return replace(request, type, key, Part.MAIN);
  }

  ApiResponse replaceStatus(ApiRequest request, ResourceType type, ObjectKey key) {
    return replace(request, type, key, Part.STATUS);
  }

  ApiResponse patch(ApiRequest request, ResourceType type, ObjectKey key) {
    return patch(request, type, key, Part.MAIN);
  }

  ApiResponse patchStatus(ApiRequest request, ResourceType type, ObjectKey key) {
    return patch(request, type, key, Part.STATUS);
  }

  private ApiResponse replace(ApiRequest request, ResourceType type, ObjectKey key, Part part) {
    ObjectNode body = RequestBody.object(request);
    namespaceOf(type, body, key.namespace());
    return document(
        request, type, writer.update(type, key, part, stored -> body, WriteOptions.of(request)));
  }

  private ApiResponse patch(ApiRequest request, ResourceType type, ObjectKey key, Part part) {
    JsonNode patch = RequestBody.tree(request);
    WriteOptions options = WriteOptions.of(request);
    return switch (request.contentType()) {
      case "application/merge-patch+json" ->
          patched(request, type, key, part, stored -> MergePatch.merge(stored, patch));
      case "application/json-patch+json" ->
          patched(request, type, key, part, stored -> OperationPatch.apply(stored, patch));
      default ->
          throw StatusException.of(
              Reason.UnsupportedMediaType,
              "the body of the request was in an unknown format ("
                  + request.contentType()
                  + "): "
                  + options.fieldManager());
    };
  }

  private interface PatchStep {
    JsonNode next(ObjectNode stored);
  }

  private ApiResponse patched(
      ApiRequest request, ResourceType type, ObjectKey key, Part part, PatchStep step) {
    return document(
        request,
        type,
        writer.update(
            type, key, part, stored -> requireObject(step.next(stored)), WriteOptions.of(request)));
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
