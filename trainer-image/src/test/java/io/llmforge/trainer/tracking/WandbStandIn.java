package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keeps rows of a run by their numbers and gives back what it was told, and no more; what a server
 * of W&amp;B's is told is the matter of {@link WandbContract}.
 */
public final class WandbStandIn implements AutoCloseable {

  /** Decides with which status a part of a run is answered. */
  @FunctionalInterface
  interface Statuses {
    int of(JsonNode body);
  }

  private static final ObjectMapper JSON = new ObjectMapper();

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
      var body = JSON.readTree(exchange.getRequestBody().readAllBytes());
      if (exchange.getRequestURI().getPath().equals("/graphql")) {
        asked.add(body);
        elsewhere.ifPresent(to -> exchange.getResponseHeaders().set("Location", to));
        var text = answer(body).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(elsewhere.isPresent() ? 307 : 200, text.length);
        exchange.getResponseBody().write(text);
      } else {
        told.add(body);
        keep(body.path("files").path("wandb-history.jsonl"));
        exchange.sendResponseHeaders(statuses.of(body), -1);
      }
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
