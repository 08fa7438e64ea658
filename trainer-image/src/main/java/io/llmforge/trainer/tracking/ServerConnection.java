package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.llmforge.crds.plan.PlanJson;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Questions and answers in JSON. An {@link IOException} means that another try may help. Redirects
 * are not followed: they would carry the credentials along.
 */
final class ServerConnection implements AutoCloseable {

  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(20);
  private static final int LONGEST_REASON = 200;

  /**
   * Besides what a server says about itself: too slow, a conflict with another request, too many.
   */
  private static final Set<Integer> PASSING = Set.of(408, 409, 429);

  private final URI address;
  private final Optional<String> authorization;
  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  ServerConnection(URI address, Optional<String> authorization) {
    this.address = address;
    this.authorization = authorization;
  }

  URI address() {
    return address;
  }

  HttpResponse<String> get(String path) throws IOException {
    return send(request(path).GET());
  }

  HttpResponse<String> post(String path, String body) throws IOException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  /** What a good answer says; others become exceptions. */
  static JsonNode content(HttpResponse<String> response) throws IOException, RefusedException {
    int status = response.statusCode();
    if (status == 200) {
      return json(response.body());
    }
    String words = "HTTP %d%s".formatted(status, reason(response));
    if (PASSING.contains(status) || status >= 500) {
      throw new IOException(words);
    }
    throw new RefusedException(words);
  }

  /** What a server says besides the status, after a comma; "" from what is no such server. */
  static String reason(HttpResponse<String> response) {
    try {
      return reason(json(response.body()));
    } catch (IOException e) {
      return "";
    }
  }

  static String reason(JsonNode answer) {
    JsonNode error = answer.path("errors").path(0).path("message");
    String words =
        error.asText(
            answer
                .path("message")
                .asText(answer.path("error_code").asText(answer.path("error").asText())));
    String line = words.lines().findFirst().orElse("");
    return line.isEmpty() ? "" : ", " + line.substring(0, Math.min(LONGEST_REASON, line.length()));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(LONGEST_ANSWER)
            .header("User-Agent", "llmforge-trainer");
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (IOException e) {
      throw new IOException("it cannot be reached: " + e, e);
    }
  }

  private static JsonNode json(String body) throws IOException {
    try {
      return body.isBlank()
          ? JsonNodeFactory.instance.objectNode()
          : PlanJson.read(body, JsonNode.class);
    } catch (JsonProcessingException e) {
      throw new IOException("its answer is not JSON", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
