package io.llmforge.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.llmforge.crds.plan.TrackingPlan;
import io.llmforge.crds.plan.TrackingPlan.MissingExperiment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MlflowTrackerTest {

  private static final Path METRICS = Path.of("src/test/resources/fixtures/events/metrics.jsonl");
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.5Z"));
  private static final String KEY = "3f0a2f0e-7d53-4b5c-9a43-2f1f5f3c8f00";

  @TempDir Path folder;
  private Path metrics;
  private List<String> lines;
  private final RememberedLog log = new RememberedLog();

  @BeforeEach
  void metricsOfARun() throws IOException {
    metrics = folder.resolve("metrics.jsonl");
    lines = Files.readAllLines(METRICS);
  }

  /** Against what a real server was asked and answered. */
  @Test
  void anAttemptThatGoesOnFindsItsRunAndSendsWhatIsNew() throws Exception {
    try (var contract = new MlflowContract()) {
      Files.write(metrics, lines.subList(0, 2));
      try (var tracker = start(contract.address(), Map.of())) {
        tracker.ends(new TrackedEnd(TrackedEnd.Status.STOPPED, Map.of()));
      }
      Files.write(metrics, lines);
      try (var tracker = start(contract.address(), Map.of())) {
        tracker.ends(
            new TrackedEnd(
                TrackedEnd.Status.COMPLETED, Map.of("llmforge.output", "pvc://models/poet")));
      }

      contract.check();
    }
    assertThat(log.failures()).hasValue(0);
  }

  @Test
  void aServerThatIsAwayForAWhileLosesNothing() throws Exception {
    var refused = new AtomicInteger();
    var bodies = new ConcurrentLinkedQueue<String>();
    var server =
        serve(
            exchange -> {
              if (refused.incrementAndGet() <= 2) {
                return new Answer(503, "");
              }
              if (exchange.getRequestURI().getPath().endsWith("log-batch")) {
                bodies.add(read(exchange));
              }
              return new Answer(200, RUN);
            });
    Files.write(metrics, lines);

    try (var tracker = start(address(server), Map.of())) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    } finally {
      server.stop(0);
    }

    assertThat(log.failures()).hasValue(2);
    assertThat(log.said()).filteredOn(line -> line.contains("they are sent later")).hasSize(1);
    assertThat(String.join("\n", bodies))
        .contains("\"eval_rewards/margins\"", "\"learning_rate\"", "\"NaN\"", "\"Infinity\"");
  }

  @Test
  void credentialsAreSentAndNeverSaid() throws Exception {
    var headers = new ConcurrentLinkedQueue<String>();
    var server =
        serve(
            exchange -> {
              headers.add(exchange.getRequestHeaders().getFirst("Authorization"));
              return new Answer(403, "{\"error_code\": \"PERMISSION_DENIED\"}");
            });
    Files.write(metrics, lines);

    try (var tracker = start(address(server), Map.of("MLFLOW_TRACKING_TOKEN", "hush\n"))) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    } finally {
      server.stop(0);
    }

    assertThat(headers).containsExactly("Bearer hush");
    assertThat(log.said()).anyMatch(line -> line.contains("refuses: HTTP 403, PERMISSION_DENIED"));
    assertThat(String.join("\n", log.said())).doesNotContain("hush");
    assertThat(new TrackingSettings(Map.of("MLFLOW_TRACKING_TOKEN", "hush")).toString())
        .doesNotContain("hush");
  }

  /** The JDK's words about a header that cannot be would hold the secret. */
  @ParameterizedTest
  @ValueSource(strings = {"hush\nhush", "hush\u2019s"})
  void tokenThatNoHeaderCanHoldIsNamedAndNotSaid(String token) throws Exception {
    Files.write(metrics, lines);

    var tracker = started(URI.create("http://127.0.0.1:9"), Map.of("MLFLOW_TRACKING_TOKEN", token));

    tracker.ifPresent(Tracker::close);
    assertThat(tracker).isEmpty();
    assertThat(log.said())
        .singleElement()
        .asString()
        .startsWith("warning: nothing is tracked: MLFLOW_TRACKING_TOKEN has a line break")
        .doesNotContain("hush");
  }

  @Test
  void userAndPasswordAreSentAsBasic() {
    var settings =
        new TrackingSettings(
            Map.of("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "pw"));

    assertThat(MlflowServer.authorization(settings)).contains("Basic YW5uOnB3");
  }

  @Test
  void aServerThatIsNotThereDoesNotHoldTheRun() throws Exception {
    URI nowhere;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nowhere = URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
    Files.write(metrics, lines);

    try (var tracker = start(nowhere, Map.of())) {
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    }

    assertThat(log.failures().get()).isPositive();
    assertThat(log.said()).anyMatch(line -> line.contains("not all of it is at " + nowhere));
  }

  /** More than one chunk of the file, and a line that is not whole yet. */
  @Test
  void whatIsWrittenWhileItRunsIsSentWhenItsLineIsWhole() throws Exception {
    var sent = new ConcurrentLinkedQueue<String>();
    var first = new CountDownLatch(1);
    var server =
        serve(
            exchange -> {
              if (exchange.getRequestURI().getPath().endsWith("log-batch")) {
                sent.add(read(exchange));
                if (sent.stream().anyMatch(body -> body.contains("\"step\":2999"))) {
                  first.countDown();
                }
              }
              return new Answer(200, RUN);
            });
    var text = new StringBuilder();
    for (var step = 0; step < 3000; step++) {
      text.append("{\"step\": %d, \"loss\": 0.5, \"note\": \"\u00e4\"}\n".formatted(step));
    }
    Files.writeString(metrics, text + "{\"step\": 3000,");

    try (var tracker = start(address(server), Map.of())) {
      first.await();
      Files.writeString(metrics, text + "{\"step\": 3000, \"loss\": 0.25}\n");
      tracker.ends(new TrackedEnd(TrackedEnd.Status.COMPLETED, Map.of()));
    } finally {
      server.stop(0);
    }

    var steps = new java.util.ArrayList<Integer>();
    for (var body : sent) {
      var batch = new com.fasterxml.jackson.databind.ObjectMapper().readTree(body).path("metrics");
      assertThat(batch.size()).isLessThanOrEqualTo(1000);
      batch.forEach(metric -> steps.add(metric.path("step").asInt()));
    }
    assertThat(steps).hasSize(3001).doesNotHaveDuplicates().endsWith(3000);
  }

  private static final String RUN =
      "{\"run\": {\"info\": {\"run_id\": \"r\"}}, \"experiment\": {\"experiment_id\": \"0\"}}";

  private record Answer(int status, String body) {}

  @FunctionalInterface
  private interface Answers {
    Answer to(HttpExchange exchange) throws IOException;
  }

  private Tracker start(URI address, Map<String, String> environment) {
    return started(address, environment).orElseThrow();
  }

  private Optional<Tracker> started(URI address, Map<String, String> environment) {
    return Tracker.start(
        new TrackingPlan.Mlflow(address.toString(), "poets & co", MissingExperiment.IS_CREATED),
        new RunDescription(
            KEY,
            "poet-1",
            Map.of("learning_rate", "5e-05"),
            Map.of("llmforge.job", "default/poet")),
        metrics,
        new Tracker.Surroundings(
            new TrackingSettings(environment), log, CLOCK, Duration.ofSeconds(8)));
  }

  private static HttpServer serve(Answers answers) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            var answer = answers.to(exchange);
            var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.start();
    return server;
  }

  private static String read(HttpExchange exchange) throws IOException {
    return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static URI address(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }
}
