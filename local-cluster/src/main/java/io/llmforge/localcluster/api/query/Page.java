package io.llmforge.localcluster.api.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * One page of a list. All pages name the version of the first one: whoever watches from there is
 * told again of what changed between two pages, and misses nothing.
 */
public record Page(
    List<ObjectNode> items,
    long resourceVersion,
    Optional<String> continueToken,
    Optional<Integer> remainingItems) {

  /** Cuts the page a request asks for out of the objects in key order. */
  public static Page of(ApiRequest request, List<ObjectNode> all, long currentVersion) {
    Optional<Token> start = request.parameter("continue").map(Token::read);
    List<ObjectNode> rest =
        start
            .map(
                token ->
                    all.stream().filter(item -> keyOf(item).compareTo(token.last()) > 0).toList())
            .orElse(all);
    long version = start.map(Token::resourceVersion).orElse(currentVersion);
    int limit = Math.toIntExact(Math.min(request.number("limit").orElse(0L), Integer.MAX_VALUE));
    if (limit <= 0 || rest.size() <= limit) {
      return new Page(rest, version, Optional.empty(), Optional.empty());
    }
    List<ObjectNode> items = rest.subList(0, limit);
    Token next = new Token(version, keyOf(items.getLast()));
    return new Page(items, version, Optional.of(next.write()), Optional.of(rest.size() - limit));
  }

  private static ObjectKey keyOf(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return new ObjectKey(Json.textAt(metadata, "namespace"), Json.textAt(metadata, "name"));
  }

  private record Token(long resourceVersion, ObjectKey last) {

    static Token read(String text) {
      try {
        JsonNode json = Json.read(Base64.getUrlDecoder().decode(text));
        return new Token(
            json.path("rv").asLong(),
            new ObjectKey(Json.textAt(json, "namespace"), Json.textAt(json, "name")));
      } catch (IOException | IllegalArgumentException malformed) {
        throw StatusException.badRequest("continue key is not valid: " + malformed.getMessage());
      }
    }

    String write() {
      ObjectNode json = Json.object().put("rv", resourceVersion);
      json.put("namespace", last.namespace()).put("name", last.name());
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(json));
    }
  }
}
