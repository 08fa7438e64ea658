package io.llmforge.trainer.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keeps rows of a run by their numbers and gives back what it was told, and no more; what a server
 * of W&amp;B's is told is the matter of {@link WandbContract}. With {@code
 * -Dllmforge.wandb.tell=http://HOST:PORT} the server of {@code record_wandb.py} answers instead,
 * and W&amp;B's own client looks afterwards at what it was told.
 */
public final class WandbStandIn implements AutoCloseable {

  /** Decides with which status a part of a run is answered. */
  @FunctionalInterface
  interface Statuses {
    int of(JsonNode body);
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Optional<URI> other =
      Optional.ofNullable(System.getProperty("llmforge.wandb.tell")).map(URI::create);
  private final HttpServer server;
  private final Map<String, String> answers = new HashMap<>();
  private final List<JsonNode> asked = new ArrayList<>();
  private final List<JsonNode> told = new ArrayList<>();
  private final TreeMap<Integer, JsonNode> rows = new TreeMap<>();
  private Statuses statuses = body -> 200;
  private Optional<String> elsewhere = Optional.empty();

  public WandbStandIn() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Rows by their numbers. */
  public synchronized Map<Integer, JsonNode> rows() {
    return new TreeMap<>(rows);
  }

  /** Questions in GraphQL. */
  public synchronized List<JsonNode> asked() {
    return List.copyOf(asked);
  }

  /** Parts of the run, in order. */
  public synchronized List<JsonNode> told() {
    return List.copyOf(told);
  }

  synchronized void answer(String operation, String text) {
    answers.put(operation, text);
  }

  synchronized void answerWith(Statuses other) {
    statuses = other;
  }

  synchronized void redirect(String target) {
    elsewhere = Optional.of(target);
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var bytes = exchange.getRequestBody().readAllBytes();
      var body = JSON.readTree(bytes);
      if (exchange.getRequestURI().getPath().equals("/graphql")) {
        asked.add(body);
        elsewhere.ifPresent(to -> exchange.getResponseHeaders().set("Location", to));
        var text = (other.isPresent() ? tell(exchange, bytes) : answer(body)).getBytes(UTF_8);
        exchange.sendResponseHeaders(elsewhere.isPresent() ? 307 : 200, text.length);
        exchange.getResponseBody().write(text);
      } else {
        told.add(body);
        keep(body.path("files").path("wandb-history.jsonl"));
        if (other.isPresent()) {
          tell(exchange, bytes);
        }
        exchange.sendResponseHeaders(statuses.of(body), -1);
      }
    }
  }

  private String tell(HttpExchange exchange, byte[] body) throws IOException {
    var request =
        HttpRequest.newBuilder(
                URI.create(other.orElseThrow() + exchange.getRequestURI().toString()))
            .header("Content-Type", exchange.getRequestHeaders().getFirst("Content-Type"))
            .header("Authorization", exchange.getRequestHeaders().getFirst("Authorization"))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private String answer(JsonNode question) throws IOException {
    var operation = question.path("operationName").asText();
    if (answers.containsKey(operation)) {
      return answers.get(operation);
    }
    return operation.equals("RunResumeStatus")
        ? JSON.writeValueAsString(
            Map.of("data", Map.of("model", rows.isEmpty() ? Map.of() : Map.of("bucket", known()))))
        : """
          {"data": {"upsertBucket": {"bucket": {"name": "r",
            "project": {"name": "p", "entity": {"name": "e"}}}}}}
          """;
  }

  private Map<String, Object> known() throws IOException {
    var tail = List.of(JSON.writeValueAsString(rows.lastEntry().getValue()));
    return Map.of(
        "id", "b", "historyLineCount", rows.size(), "historyTail", JSON.writeValueAsString(tail));
  }

  private void keep(JsonNode history) throws IOException {
    var number = history.path("offset").asInt();
    for (var line : history.path("content")) {
      rows.put(
          number++,
          JSON.readTree(
              line.asText().replace("NaN", "\"NaN\"").replace("Infinity", "\"Infinity\"")));
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
