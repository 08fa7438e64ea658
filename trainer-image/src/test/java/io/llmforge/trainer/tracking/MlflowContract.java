package io.llmforge.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What was said between us and a real MLflow server: replayed, question by question; or, with
 * {@code -Dllmforge.mlflow.record=http://HOST:PORT}, said once more and written down ({@code
 * record_mlflow.py}).
 */
final class MlflowContract implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FILE = Path.of("src/test/resources/fixtures/mlflow/exchanges.json");

  private final Optional<URI> real =
      Optional.ofNullable(System.getProperty("llmforge.mlflow.record")).map(URI::create);
  private final ArrayNode expected;
  private final ArrayNode said = JSON.createArrayNode();
  private final HttpServer server;

  MlflowContract() throws IOException {
    expected =
        real.isPresent() ? JSON.createArrayNode() : JSON.readValue(FILE.toFile(), ArrayNode.class);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Every question was the recorded one; or is now. */
  void check() throws IOException {
    if (real.isPresent()) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(
          FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(said) + "\n");
      return;
    }
    for (var number = 0; number < Math.max(said.size(), expected.size()); number++) {
      assertThat(said.path(number)).as("question %d", number).isEqualTo(expected.path(number));
    }
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = exchange.getRequestBody().readAllBytes();
      var one = JSON.createObjectNode();
      one.put("question", exchange.getRequestMethod() + " " + exchange.getRequestURI());
      one.set("body", body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body));
      if (real.isPresent()) {
        ask(exchange, body, one);
      } else {
        JsonNode recorded = expected.path(said.size());
        one.put("status", recorded.path("status").asInt(500));
        one.set("answer", recorded.path("answer"));
      }
      said.add(one);
      var answer = JSON.writeValueAsBytes(one.path("answer"));
      exchange.sendResponseHeaders(one.path("status").asInt(), answer.length);
      exchange.getResponseBody().write(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ask(
      HttpExchange exchange, byte[] body, com.fasterxml.jackson.databind.node.ObjectNode one)
      throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create(real.orElseThrow() + exchange.getRequestURI().toString()))
            .header("Content-Type", "application/json")
            .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      var response = client.send(request, BodyHandlers.ofString());
      one.put("status", response.statusCode());
      one.set("answer", JSON.readTree(response.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
