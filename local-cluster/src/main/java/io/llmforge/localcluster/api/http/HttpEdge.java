package io.llmforge.localcluster.api.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Turns exchanges of the JDK's HTTP server into requests and responses into bytes. */
public final class HttpEdge implements HttpHandler {
  /** The limit of a real server for one request. */
  private static final int MAX_BODY_BYTES = 3 << 20;

  private static final Logger LOG = Logger.getLogger(HttpEdge.class.getName());

  private final Endpoint endpoint;
  private final RequestLog log;

  public HttpEdge(Endpoint endpoint, RequestLog log) {
    this.endpoint = endpoint;
    this.log = log;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (isWebSocketUpgrade(exchange)) {
        // Clients that would rather stream over WebSocket take this as "not here" and use HTTP.
        exchange.sendResponseHeaders(200, -1);
        return;
      }
      write(exchange, answer(exchange));
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    } catch (IOException clientGone) {
      LOG.log(Level.FINE, "client went away during {0}", exchange.getRequestURI());
    }
  }

  private static boolean isWebSocketUpgrade(HttpExchange exchange) {
    String upgrade = exchange.getRequestHeaders().getFirst("Upgrade");
    return upgrade != null && upgrade.equalsIgnoreCase("websocket");
  }

  private ApiResponse answer(HttpExchange exchange) throws IOException {
    try {
      ApiRequest request = read(exchange);
      log.received(request.method(), request.path(), request.header("user-agent"));
      return endpoint.answer(request);
    } catch (StatusException failure) {
      return new ApiResponse.Document(failure.code(), failure.toJson(), List.of());
    } catch (RuntimeException defect) {
      LOG.log(Level.SEVERE, "request failed: " + exchange.getRequestURI().getPath(), defect);
      StatusException failure =
          StatusException.of(Reason.InternalError, "internal error: " + firstLine(defect));
      return new ApiResponse.Document(failure.code(), failure.toJson(), List.of());
    }
  }

  private static String firstLine(RuntimeException defect) {
    StringWriter trace = new StringWriter();
    defect.printStackTrace(new PrintWriter(trace));
    return trace.toString().lines().limit(2).reduce((a, b) -> a + b.strip()).orElse("");
  }

  private static ApiRequest read(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw StatusException.of(
          Reason.RequestEntityTooLarge,
          "Request entity too large: limit is " + MAX_BODY_BYTES + " bytes");
    }
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
    return new ApiRequest(
        exchange.getRequestMethod(),
        segments(exchange.getRequestURI().getRawPath()),
        query(Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("")),
        headers,
        body);
  }

  private static List<String> segments(String rawPath) {
    List<String> segments = new ArrayList<>();
    var parts = new StringTokenizer(rawPath, "/");
    while (parts.hasMoreTokens()) {
      // A plus is a plus in a path; only queries use it for a blank.
      segments.add(decode(parts.nextToken().replace("+", "%2B")));
    }
    return List.copyOf(segments);
  }

  private static Map<String, List<String>> query(String rawQuery) {
    Map<String, List<String>> query = new LinkedHashMap<>();
    var parts = new StringTokenizer(rawQuery, "&");
    while (parts.hasMoreTokens()) {
      String part = parts.nextToken();
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals));
      String value = equals < 0 ? "" : decode(part.substring(equals + 1));
      query.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }
    return query;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw StatusException.badRequest("malformed percent-encoding in the URL: " + text);
    }
  }

  private static void write(HttpExchange exchange, ApiResponse response)
      throws IOException, InterruptedException {
    switch (response) {
      case ApiResponse.Document document -> {
        for (String warning : document.warnings()) {
          exchange.getResponseHeaders().add("Warning", "299 - \"" + escaped(warning) + "\"");
        }
        writeWhole(exchange, document.code(), "application/json", Json.bytes(document.body()));
      }
      case ApiResponse.Text text ->
          writeWhole(
              exchange, text.code(), "text/plain", text.body().getBytes(StandardCharsets.UTF_8));
      case ApiResponse.Stream stream -> {
        exchange.getResponseHeaders().set("Content-Type", stream.contentType());
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
          // The client learns at once that its request was accepted.
          out.flush();
          stream.writer().writeTo(out);
        }
      }
    }
  }

  private static String escaped(String warning) {
    return warning.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ");
  }

  private static void writeWhole(HttpExchange exchange, int code, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(code, isHead || body.length == 0 ? -1 : body.length);
    if (!isHead && body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }
}
