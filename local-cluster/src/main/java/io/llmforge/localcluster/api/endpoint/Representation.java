package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.table.Tables;
import java.util.List;

/** Objects in the form a client asked for: as they are, as a table, or by their metadata only. */
public final class Representation {
  private final Tables tables;

  public Representation(Tables tables) {
    this.tables = tables;
  }

  /** The forms of the {@code Accept} header. */
  public enum Form {
    OBJECT,
    TABLE,
    METADATA;

    static Form of(ApiRequest request) {
      String accept = request.header("accept");
      if (accept.contains("as=Table")) {
        return TABLE;
      }
      return accept.contains("as=PartialObjectMetadata") ? METADATA : OBJECT;
    }
  }

  /** One object, in the version of the type that was asked for. */
  JsonNode one(ApiRequest request, ResourceType type, ObjectNode stored) {
    ObjectNode object = inVersion(type, stored);
    return switch (Form.of(request)) {
      case OBJECT -> object;
      case METADATA -> metadataOnly(object);
      case TABLE -> tables.of(type, List.of(object), includeObject(request));
    };
  }

  /** A list; {@code metadata} carries its version and where to continue. */
  JsonNode list(
      ApiRequest request, ResourceType type, List<ObjectNode> items, ObjectNode metadata) {
    List<ObjectNode> objects = items.stream().map(item -> inVersion(type, item)).toList();
    Form form = Form.of(request);
    if (form == Form.TABLE) {
      ObjectNode table = tables.of(type, objects, includeObject(request));
      table.set("metadata", metadata);
      return table;
    }
    boolean isMetadata = form == Form.METADATA;
    ObjectNode list = Json.object();
    list.put("kind", isMetadata ? "PartialObjectMetadataList" : type.kind() + "List");
    list.put("apiVersion", isMetadata ? "meta.k8s.io/v1" : type.apiVersion());
    list.set("metadata", metadata);
    ArrayNode array = list.putArray("items");
    objects.forEach(object -> array.add(isMetadata ? metadataOnly(object) : object));
    return list;
  }

  private static String includeObject(ApiRequest request) {
    return request.parameter("includeObject").orElse("Metadata");
  }

  private static ObjectNode metadataOnly(ObjectNode object) {
    ObjectNode partial = Json.object();
    partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
    partial.set("metadata", object.path("metadata"));
    return partial;
  }

  /** All versions of a kind share one stored form; only the name of the version differs. */
  private static ObjectNode inVersion(ResourceType type, ObjectNode stored) {
    if (stored.path("apiVersion").asText().equals(type.apiVersion())) {
      return stored;
    }
    ObjectNode copy = Json.object().put("apiVersion", type.apiVersion());
    copy.put("kind", type.kind());
    ObjectNode rest = stored.deepCopy().remove(List.of("apiVersion", "kind"));
    copy.setAll(rest);
    return copy;
  }
}
