package io.llmforge.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One attempt of a run as W&amp;B's own client told it ({@code record_wandb.py}): we get the
 * answers that it got, and must have said the same. When what is said is left to either: how rows
 * are dealt out to requests, and how often the summary is repeated.
 */
final class WandbContract implements AutoCloseable {

  static final String KEY = "local-0123456789";

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final Path FILE = Path.of("src/test/resources/fixtures/wandb/exchanges.json");
  private static final String STREAM = "/file_stream";

  private final JsonNode documents;
  private final JsonNode recorded;
  private final List<JsonNode> said = new ArrayList<>();
  private final CountDownLatch alive = new CountDownLatch(1);
  private final HttpServer server;
  private Optional<AssertionError> broken = Optional.empty();

  /**
   * @param attempt which of those that were recorded
   */
  WandbContract(String attempt) throws IOException {
    var all = JSON.readTree(FILE.toFile());
    documents = all.path("documents");
    recorded =
        Stream.iterate(0, number -> number + 1)
            .limit(all.path("attempts").size())
            .map(number -> all.path("attempts").path(number))
            .filter(one -> one.path("attempt").path("what").asText().equals(attempt))
            .findFirst()
            .orElseThrow();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Waits for a sign of life, or for what is said wrongly. */
  void awaitSignOfLife() throws InterruptedException {
    assertThat(alive.await(1, TimeUnit.MINUTES)).as("a sign of life").isTrue();
  }

  /** All was said as W&amp;B's client said it. */
  synchronized void check() throws IOException {
    if (broken.isPresent()) {
      throw broken.get();
    }
    var theirs = list(recorded.path("said"));
    for (var one : said) {
      assertThat(one.path("authorization").asText()).isEqualTo("Basic base64(api:KEY)");
      assertThat(one.path("type").asText()).isEqualTo("application/json");
    }
    for (var operation : List.of("query RunResumeStatus", "mutation UpsertBucket")) {
      assertThat(asked(said, operation)).as(operation).isEqualTo(asked(theirs, operation));
    }
    var ours = Told.of(said);
    assertThat(ours).isEqualTo(Told.of(theirs));
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = JSON.readTree(exchange.getRequestBody().readAllBytes());
      var text = new byte[0];
      var status = 200;
      try {
        text = JSON.writeValueAsBytes(answer(exchange, body));
      } catch (AssertionError e) {
        broken = Optional.of(e);
        status = 400;
      }
      exchange.sendResponseHeaders(status, text.length == 0 ? -1 : text.length);
      exchange.getResponseBody().write(text);
      if (body.isEmpty() || broken.isPresent()) {
        alive.countDown();
      }
    }
  }

  private JsonNode answer(HttpExchange exchange, JsonNode body) {
    var one = JSON.createObjectNode();
    one.put("question", exchange.getRequestMethod() + " " + exchange.getRequestURI());
    one.put("authorization", form(exchange.getRequestHeaders().getFirst("Authorization")));
    one.put("type", exchange.getRequestHeaders().getFirst("Content-Type"));
    one.set("body", body.has("query") ? understood(body) : body);
    said.add(one);
    return recordedAnswer(one);
  }

  private ObjectNode understood(JsonNode body) {
    var ours = GraphqlDocument.parse(body.path("query").asText());
    var theirs = GraphqlDocument.read(documents.path(body.path("operationName").asText()));
    assertThat(ours.operation()).isEqualTo(theirs.operation());
    assertThat(theirs.types()).containsAllEntriesOf(ours.types());
    assertThat(theirs.arguments()).containsAllEntriesOf(ours.arguments());
    assertThat(theirs.fields()).containsAll(ours.fields());
    assertThat(ours.types().keySet()).containsAll(names(body.path("variables")));
    var understood = JSON.createObjectNode().put("operation", ours.operation());
    understood.set("variables", body.path("variables"));
    return understood;
  }

  private JsonNode recordedAnswer(JsonNode one) {
    var operation = one.path("body").path("operation").asText();
    return list(recorded.path("said")).stream()
        .filter(it -> it.path("body").path("operation").asText().equals(operation))
        .findFirst()
        .map(it -> it.path("answer"))
        .orElseThrow();
  }

  /**
   * The variables of the first question of a kind; W&amp;B's client says its configuration once
   * more when it knows more of what it is used for. Its host and its words about itself are its
   * own.
   */
  private static JsonNode asked(List<JsonNode> said, String operation) throws IOException {
    var first =
        said.stream()
            .filter(one -> one.path("body").path("operation").asText().equals(operation))
            .findFirst()
            .orElseThrow();
    assertThat(first.path("question").asText()).isEqualTo("POST /graphql");
    ObjectNode variables = first.path("body").path("variables").deepCopy();
    variables.remove("host");
    if (variables.has("config")) {
      ObjectNode config = (ObjectNode) JSON.readTree(variables.path("config").asText());
      assertThat(config.path("_wandb").path("value").has("t")).isTrue();
      config.remove("_wandb");
      variables.set("config", config);
    }
    return variables;
  }

  /** The key is replaced, the form stays. */
  private static String form(String authorization) {
    var words = authorization.split(" ", 2);
    var secret = new String(Base64.getDecoder().decode(words[1]), StandardCharsets.UTF_8);
    return "%s base64(%s)".formatted(words[0], secret.replace(KEY, "KEY"));
  }

  private static List<JsonNode> list(JsonNode array) {
    List<JsonNode> list = new ArrayList<>();
    array.forEach(list::add);
    return list;
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /**
   * What a server knows after an attempt, and in which order it heard of the end.
   *
   * @param place where it was sent
   * @param history rows by their numbers
   * @param summary the last that was said
   * @param signs whether it said that it was alive and had nothing to say
   * @param ending what it said of its end, in order
   */
  private record Told(
      String place,
      Map<Integer, Map<String, Object>> history,
      Map<String, Object> summary,
      boolean signs,
      List<String> ending) {

    static Told of(List<JsonNode> said) throws IOException {
      Map<Integer, Map<String, Object>> history = new TreeMap<>();
      Map<String, Object> summary = new TreeMap<>();
      var signs = false;
      List<String> ending = new ArrayList<>();
      var place = "";
      for (var one : said) {
        if (!one.path("question").asText().endsWith(STREAM)) {
          continue;
        }
        place = URI.create(one.path("question").asText().replace("POST ", "")).getPath();
        var body = one.path("body");
        signs |= body.isEmpty();
        var rows = body.path("files").path("wandb-history.jsonl");
        for (var row : list(rows.path("content"))) {
          var number = rows.path("offset").asInt() + history.size() - firstOf(history, rows);
          assertThat(history.put(number, values(row))).as("row %d, sent before", number).isNull();
        }
        var newest = body.path("files").path("wandb-summary.json");
        if (!newest.isMissingNode()) {
          assertThat(newest.path("offset").asInt()).isZero();
          assertThat(newest.path("content").size()).isEqualTo(1);
          summary = values(newest.path("content").path(0));
        }
        if (body.has("preempting")) {
          ending.add("preempting " + body.path("preempting"));
        }
        if (body.has("complete")) {
          ending.add("complete %s, %s".formatted(body.path("complete"), body.path("exitcode")));
        }
      }
      return new Told(place, history, summary, signs, ending);
    }

    /** How many rows there were when the first of these was told. */
    private static int firstOf(Map<Integer, Map<String, Object>> history, JsonNode rows) {
      return (int) history.keySet().stream().filter(it -> it < rows.path("offset").asInt()).count();
    }

    /** Numbers as they are, but for those of clocks, which must be there and be some. */
    private static Map<String, Object> values(JsonNode text) throws IOException {
      Map<String, Object> values = new TreeMap<>();
      var line = JSON.readTree(text.asText());
      line.properties()
          .forEach(
              it -> {
                var name = it.getKey();
                var value = it.getValue();
                if (name.equals("_timestamp") || name.equals("_runtime")) {
                  assertThat(value.asDouble(-1)).as(name).isNotNegative();
                  values.put(name, "a time");
                } else if (name.equals("_wandb")) {
                  assertThat(value.path("runtime").isIntegralNumber()).isTrue();
                  values.put(name, "whole seconds");
                } else {
                  values.put(name, value.isNumber() ? (Object) value.asDouble() : value.asText());
                }
              });
      return values;
    }
  }
}
