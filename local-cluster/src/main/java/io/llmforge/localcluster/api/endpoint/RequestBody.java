package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import java.io.IOException;

/** Request bodies as JSON trees. */
final class RequestBody {

  private RequestBody() {}

  static ObjectNode object(ApiRequest request) {
    if (tree(request) instanceof ObjectNode object) {
      return object;
    }
    throw StatusException.badRequest("the body must be a JSON or YAML object");
  }

  static JsonNode tree(ApiRequest request) {
    if (request.contentType().contains("protobuf")) {
      throw StatusException.of(
          Reason.UnsupportedMediaType,
          "this server reads JSON and YAML, not protobuf; write the object as a manifest instead"
              + " (kubectl create ... --dry-run=client -o yaml | kubectl apply -f -)");
    }
    if (request.body().length == 0) {
      throw StatusException.badRequest("the request has no body");
    }
    try {
      return Json.read(request.body());
    } catch (IOException malformed) {
      throw StatusException.badRequest(
          "the body is neither JSON nor YAML: " + malformed.getMessage());
    }
  }
}
