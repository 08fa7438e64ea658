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

/**
 * Questions and answers of MLflow's REST API, version 2.0. An {@link IOException} means that
 * another try may help. Redirects are not followed: they would carry the credentials along.
 */
final class MlflowServer implements AutoCloseable {

  private static final String API = "/api/2.0/mlflow/";
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(20);
  private static final int LONGEST_REASON = 200;

  private final URI address;
  private final Optional<String> authorization;
  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  MlflowServer(URI address, TrackingSettings settings) {
    this.address = address;
    this.authorization = settings.authorization();
  }

  URI address() {
    return address;
  }

  JsonNode get(String question) throws IOException, RefusedException {
    return answer(request(question).GET().build());
  }

  /** What a question asks for; nothing when the server has no such thing. */
  Optional<JsonNode> find(String question) throws IOException, RefusedException {
    HttpResponse<String> response = send(request(question).GET().build());
    return response.statusCode() == 404 && !reason(response).isEmpty()
        ? Optional.empty()
        : Optional.of(content(response));
  }

  JsonNode post(String method, Object body) throws IOException, RefusedException {
    return answer(
        request(method)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(PlanJson.write(body)))
            .build());
  }

  private HttpRequest.Builder request(String question) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + API + question))
            .timeout(LONGEST_ANSWER)
            .header("User-Agent", "llmforge-trainer");
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private JsonNode answer(HttpRequest request) throws IOException, RefusedException {
    return content(send(request));
  }

  private JsonNode content(HttpResponse<String> response) throws IOException, RefusedException {
    int status = response.statusCode();
    if (status == 200) {
      return json(response.body());
    }
    String words = "HTTP %d%s".formatted(status, reason(response));
    if (status == 429 || status >= 500) {
      throw new IOException(words);
    }
    throw new RefusedException(words);
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (IOException e) {
      throw new IOException("it cannot be reached: " + e, e);
    }
  }

  /** What MLflow says besides the status; "" from what is no MLflow. */
  private static String reason(HttpResponse<String> response) {
    try {
      JsonNode answer = json(response.body());
      String words = answer.path("message").asText(answer.path("error_code").asText());
      String line = words.lines().findFirst().orElse("");
      return line.isEmpty()
          ? ""
          : ", " + line.substring(0, Math.min(LONGEST_REASON, line.length()));
    } catch (IOException e) {
      return "";
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
