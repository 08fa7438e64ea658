package io.llmforge.operator.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.crds.plan.TrainingReport.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trainers that answer well, badly, slowly, endlessly, or send us elsewhere. */
class StatusClientTest {

  private static final TrainerPod.Running POD =
      new TrainerPod.Running("pod", "uid", "127.0.0.1", true);
  private static final StatusAnswer NOT_ASKED = new StatusAnswer.NotAsked();
  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final TrainingReport REPORT =
      new TrainingReport.Running(
          Phase.TRAINING,
          new Progress(
              1,
              2,
              0.5,
              1,
              10,
              null,
              null,
              null,
              List.of(new Metric(Metric.TRAIN_LOSS, Double.NaN, 1, 3, 3, 1)),
              null,
              null));

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stopServer() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void reportIsRead() {
    StatusAnswer answer = ask(exchange -> send(exchange, 200, PlanJson.write(REPORT)));

    assertThat(answer).isEqualTo(new StatusAnswer.Report(REPORT));
  }

  @Test
  void nonsenseIsNoAnswer() {
    assertUnavailable(ask(exchange -> send(exchange, 200, "<html>")), "no training report");
  }

  @Test
  void lyingReportIsNoAnswer() {
    String lie = "{\"state\":\"running\",\"phase\":\"FLYING\"}";

    assertUnavailable(ask(exchange -> send(exchange, 200, lie)), "no training report");
  }

  @Test
  void errorIsNoAnswer() {
    assertUnavailable(ask(exchange -> send(exchange, 500, "")), "HTTP status 500");
  }

  @Test
  void redirectIsNotFollowed() {
    AtomicInteger elsewhere = new AtomicInteger();
    server.createContext(
        "/elsewhere",
        exchange -> {
          elsewhere.incrementAndGet();
          send(exchange, 200, PlanJson.write(REPORT));
        });

    StatusAnswer answer =
        ask(
            exchange -> {
              exchange.getResponseHeaders().set("Location", "/elsewhere");
              send(exchange, 302, "");
            });

    assertUnavailable(answer, "HTTP status 302");
    assertThat(elsewhere).hasValue(0);
  }

  @Test
  void endlessAnswerIsCutOff() {
    StatusAnswer answer =
        ask(
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              byte[] block = " ".repeat(8192).getBytes(UTF_8);
              for (int i = 0; i < 1000; i++) {
                exchange.getResponseBody().write(block);
              }
            });

    assertUnavailable(answer, "longer than 65536 bytes");
  }

  @Test
  void answerThatDripsIsCutOff() {
    StatusAnswer answer =
        ask(
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              while (!waitForEnd(20)) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
              }
            });

    assertUnavailable(answer, "no answer within 500 ms");
  }

  @Test
  void silenceIsNoAnswer() {
    assertUnavailable(ask(exchange -> waitForEnd(60_000)), "");
  }

  @Test
  void closedPortIsNoAnswer() {
    int port = server.getAddress().getPort();
    server.stop(0);

    try (StatusClient client = StatusClient.of(port, TIMEOUT)) {
      assertUnavailable(client.ask(POD, Optional.empty(), NOT_ASKED), "");
    }
  }

  @Test
  void onlyTwoQuestionsInARowWithoutAnAnswerMakeATrainerUnavailable() {
    server.createContext("/v1/status", exchange -> send(exchange, 500, ""));
    var other = new TrainerPod.Running("other", "other-uid", "127.0.0.1", true);
    try (StatusClient client = StatusClient.of(server.getAddress().getPort(), TIMEOUT)) {
      StatusAnswer first = client.ask(POD, Optional.empty(), new StatusAnswer.Report(REPORT));
      StatusAnswer second = client.ask(POD, Optional.empty(), first);
      StatusAnswer third = client.ask(POD, Optional.empty(), second);
      StatusAnswer ofAnother = client.ask(other, Optional.empty(), third);

      assertThat(first).isInstanceOf(StatusAnswer.Missed.class);
      assertThat(second)
          .isEqualTo(new StatusAnswer.Unavailable("uid", "it answered with HTTP status 500"));
      assertThat(third).isEqualTo(second);
      assertThat(ofAnother)
          .isEqualTo(new StatusAnswer.Missed("other-uid", "it answered with HTTP status 500"));
    }
  }

  @Test
  void tokenIsSentAsABearer() {
    server.createContext(
        "/v1/status",
        exchange ->
            send(
                exchange,
                "Bearer abc".equals(exchange.getRequestHeaders().getFirst("Authorization"))
                    ? 200
                    : 401,
                PlanJson.write(REPORT)));
    try (StatusClient client = StatusClient.of(server.getAddress().getPort(), TIMEOUT)) {
      assertThat(client.ask(POD, Optional.of("abc"), NOT_ASKED))
          .isEqualTo(new StatusAnswer.Report(REPORT));
      assertUnavailable(client.ask(POD, Optional.empty(), NOT_ASKED), "HTTP status 401");
    }
  }

  private StatusAnswer ask(HttpHandler handler) {
    server.createContext("/v1/status", handler);
    try (StatusClient client = StatusClient.of(server.getAddress().getPort(), TIMEOUT)) {
      return client.ask(POD, Optional.empty(), NOT_ASKED);
    }
  }

  private boolean waitForEnd(long milliseconds) {
    try {
      return end.await(milliseconds, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static void assertUnavailable(StatusAnswer answer, String words) {
    assertThat(answer).isInstanceOf(StatusAnswer.Missed.class);
    assertThat(((StatusAnswer.Missed) answer).why()).contains(words);
  }
}
