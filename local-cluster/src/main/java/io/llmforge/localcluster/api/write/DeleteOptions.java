package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.StatusException;
import java.io.IOException;
import java.util.Optional;

/** How a deletion was asked for. */
public record DeleteOptions(
    Optional<Long> gracePeriodSeconds,
    Optional<Propagation> propagation,
    Optional<String> expectedUid,
    Optional<String> expectedVersion,
    boolean isDryRun) {

  /** What becomes of the objects that the deleted one owns. */
  public enum Propagation {
    Background,
    Foreground,
    Orphan
  }

  /** Options from the body, where clients put them, or from the query. */
  public static DeleteOptions of(ApiRequest request) {
    JsonNode body = body(request);
    JsonNode preconditions = body.path("preconditions");
    Optional<Long> bodyGrace =
        Optional.of(body.path("gracePeriodSeconds"))
            .filter(JsonNode::isNumber)
            .map(JsonNode::asLong);
    return new DeleteOptions(
        bodyGrace.or(() -> request.number("gracePeriodSeconds")),
        propagation(body, request),
        text(preconditions, "uid"),
        text(preconditions, "resourceVersion"),
        !body.path("dryRun").isEmpty() || request.parameter("dryRun").isPresent());
  }

  private static JsonNode body(ApiRequest request) {
    if (request.body().length == 0) {
      return Json.object();
    }
    if (request.contentType().contains("protobuf")) {
      return Json.object();
    }
    try {
      return Json.read(request.body());
    } catch (IOException malformed) {
      throw StatusException.badRequest(
          "the delete options are not JSON: " + malformed.getMessage());
    }
  }

  private static Optional<Propagation> propagation(JsonNode body, ApiRequest request) {
    if (body.path("orphanDependents").asBoolean(false)) {
      return Optional.of(Propagation.Orphan);
    }
    Optional<String> asked =
        text(body, "propagationPolicy").or(() -> request.parameter("propagationPolicy"));
    try {
      return asked.map(Propagation::valueOf);
    } catch (IllegalArgumentException unknown) {
      throw StatusException.badRequest(
          "propagationPolicy: Unsupported value: \""
              + asked.orElse("")
              + "\": supported values: \"Background\", \"Foreground\", \"Orphan\"");
    }
  }

  private static Optional<String> text(JsonNode parent, String field) {
    return Optional.of(Json.textAt(parent, field)).filter(text -> !text.isEmpty());
  }
}
