package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** A request to a test's Hub, and its answer. */
final class HubRequest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpExchange exchange;
  private final boolean isHeard;

  HubRequest(HttpExchange exchange) {
    this(exchange, true);
  }

  private HubRequest(HttpExchange exchange, boolean isHeard) {
    this.exchange = exchange;
    this.isHeard = isHeard;
  }

  /** The same, whose answers reach nobody. */
  HubRequest unheard() {
    return new HubRequest(exchange, false);
  }

  String method() {
    return exchange.getRequestMethod();
  }

  /** Parts of it may be encoded, as branches with slashes are. */
  String path() {
    return exchange.getRequestURI().getRawPath();
  }

  String query() {
    return Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
  }

  String token() {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
        .orElse("")
        .replaceFirst("^Bearer ", "");
  }

  String decoded(String part) {
    return URLDecoder.decode(part, StandardCharsets.UTF_8);
  }

  String text() throws IOException {
    return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
  }

  JsonNode json() throws IOException {
    return JSON.readTree(text());
  }

  void header(String name, String value) {
    exchange.getResponseHeaders().add(name, value);
  }

  void answer(int status, Object words) throws IOException {
    header("Content-Type", "application/json");
    send(status, JSON.writeValueAsBytes(words));
  }

  void bytes(byte[] content) throws IOException {
    send(200, content);
  }

  void redirect(String address) throws IOException {
    header("Location", address);
    send(302, new byte[0]);
  }

  void refuse(int status, String code, String message) throws IOException {
    if (!code.isEmpty()) {
      header("X-Error-Code", code);
    }
    header("X-Error-Message", message);
    answer(status, Map.of("error", message));
  }

  private void send(int status, byte[] body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    if (!isHeard) {
      exchange.getResponseHeaders().clear();
      return;
    }
    if (method().equals("HEAD")) {
      header("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
