package io.llmforge.localcluster.api.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.http.Endpoint;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceCatalog;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/** OpenAPI v3, one document for each group and version. */
public final class OpenApiEndpoint implements Endpoint {
  private static final List<String> WRITE_PARAMETERS =
      List.of("dryRun", "fieldManager", "fieldValidation");

  private final ResourceCatalog catalog;

  public OpenApiEndpoint(ResourceCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public ApiResponse answer(ApiRequest request) {
    List<String> path = request.path();
    if (path.size() < 2 || !path.get(1).equals("v3")) {
      throw StatusException.of(
          Reason.NotFound, "this server describes itself in OpenAPI v3 only, at /openapi/v3");
    }
    if (path.size() == 2) {
      return ApiResponse.ok(index());
    }
    String place = String.join("/", path.subList(2, path.size()));
    List<ResourceType> types =
        catalog.all().stream().filter(type -> place(type).equals(place)).toList();
    if (types.isEmpty()) {
      throw StatusException.of(Reason.NotFound, "the server could not find the requested resource");
    }
    return ApiResponse.ok(document(types));
  }

  private ObjectNode index() {
    SequencedSet<String> places = new LinkedHashSet<>();
    catalog.all().forEach(type -> places.add(place(type)));
    ObjectNode index = Json.object();
    ObjectNode paths = index.putObject("paths");
    places.forEach(
        place -> paths.putObject(place).put("serverRelativeURL", "/openapi/v3/" + place));
    return index;
  }

  private static String place(ResourceType type) {
    return (type.id().group().isEmpty() ? "api/" : "apis/") + type.apiVersion();
  }

  private static ObjectNode document(List<ResourceType> types) {
    ObjectNode document = Json.object().put("openapi", "3.0.0");
    document.putObject("info").put("title", "Kubernetes").put("version", "v1.32.0");
    ObjectNode paths = document.putObject("paths");
    ObjectNode schemas = document.putObject("components").putObject("schemas");
    for (ResourceType type : types) {
      schemas.set(schemaName(type), schema(type));
      addPaths(type, paths);
    }
    return document;
  }

  private static String schemaName(ResourceType type) {
    String group = type.id().group().isEmpty() ? "core" : type.id().group();
    return "io.k8s.api." + group + "." + type.version() + "." + type.kind();
  }

  private static ObjectNode schema(ResourceType type) {
    ObjectNode schema = type.schema().node().deepCopy();
    schema.putArray("x-kubernetes-group-version-kind").add(groupVersionKind(type));
    return schema;
  }

  private static ObjectNode groupVersionKind(ResourceType type) {
    ObjectNode kind = Json.object().put("group", type.id().group());
    return kind.put("version", type.version()).put("kind", type.kind());
  }

  private static void addPaths(ResourceType type, ObjectNode paths) {
    String namespace = type.isNamespaced() ? "/namespaces/{namespace}" : "";
    String collection = "/" + place(type) + namespace + "/" + type.id().plural();
    ObjectNode many = paths.putObject(collection);
    addOperation(many, "get", type, "list");
    addOperation(many, "post", type, "post");
    ObjectNode one = paths.putObject(collection + "/{name}");
    addOperation(one, "get", type, "get");
    addOperation(one, "put", type, "put");
    addOperation(one, "patch", type, "patch");
    addOperation(one, "delete", type, "delete");
  }

  private static void addOperation(
      ObjectNode path, String method, ResourceType type, String action) {
    ObjectNode operation = path.putObject(method);
    if (List.of("post", "put", "patch").contains(method)) {
      ArrayNode parameters = operation.putArray("parameters");
      for (String name : WRITE_PARAMETERS) {
        ObjectNode parameter = parameters.addObject().put("name", name).put("in", "query");
        parameter.putObject("schema").put("type", "string");
      }
    }
    operation.put("x-kubernetes-action", action);
    operation.set("x-kubernetes-group-version-kind", groupVersionKind(type));
    ObjectNode response = operation.putObject("responses").putObject("200");
    response.put("description", "OK");
    response
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .put("$ref", "#/components/schemas/" + schemaName(type));
  }
}
