package io.llmforge.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Copied;
import io.llmforge.crds.plan.TrainingReport.Phase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusServerTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final ProgressTracker progress = new ProgressTracker(InstantSource.fixed(NOW));
  private final List<String> requests = new ArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private StatusServer server;

  @BeforeEach
  void start() throws IOException {
    server = start(StatusToken.NONE);
  }

  private StatusServer start(StatusToken token) throws IOException {
    return StatusServer.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        progress,
        new RunRequests() {
          @Override
          public void checkpoint() {
            requests.add("checkpoint");
          }

          @Override
          public void stop() {
            requests.add("stop");
          }
        },
        token);
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  @Test
  void statusIsTheReportOfARunningRun() throws Exception {
    progress.enter(Phase.TRAINING);
    progress.planned(100, 2);
    progress.loaded(0, 0, 0);
    progress.stepDone(step(10, Double.NaN));

    var report = PlanJson.read(get("/v1/status").body(), TrainingReport.class);

    assertThat(report.progress().step()).isEqualTo(10);
    assertThat(report.progress().totalSteps()).isEqualTo(100);
    assertThat(report.progress().tokensPerSecond()).isEqualTo(500);
    assertThat(report.progress().etaSeconds()).isEqualTo(180);
    assertThat(report.progress().lastStepTime()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(report.progress().metrics().getFirst().value()).isNaN();
    assertThat(get("/v1/status").body()).contains("\"NaN\"");
  }

  @ParameterizedTest
  @CsvSource({
    // path, method, what it answers without the token and with it
    "/v1/status, GET, 401, 200",
    "/metrics, GET, 401, 200",
    "/v1/checkpoint, POST, 401, 202",
    "/v1/stop, POST, 401, 202",
    "/livez, GET, 200, 200",
    "/readyz, GET, 503, 503",
  })
  void everythingButProbesAsksForTheToken(String path, String method, int without, int with)
      throws Exception {
    server.close();
    server = start(new StatusToken(Optional.of("the token")));

    assertThat(send(path, method, null)).isEqualTo(without);
    assertThat(send(path, method, "Bearer another token")).isEqualTo(without);
    assertThat(send(path, method, "Basic the token")).isEqualTo(without);
    assertThat(requests).isEmpty();
    assertThat(send(path, method, "Bearer the token")).isEqualTo(with);
  }

  @Test
  void emptyTokenIsNone(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), " \n");

    assertThatThrownBy(() -> StatusToken.in(file)).isInstanceOf(IOException.class);
  }

  private int send(String path, String method, String authorization) throws Exception {
    var address = server.address();
    var builder =
        HttpRequest.newBuilder(
                URI.create(
                    "http://%s:%d%s".formatted(address.getHostString(), address.getPort(), path)))
            .method(method, BodyPublishers.noBody());
    if (authorization != null) {
      builder.header("Authorization", authorization);
    }
    return client.send(builder.build(), BodyHandlers.discarding()).statusCode();
  }

  @Test
  void readyOnceTheTrainingStateIsLoaded() throws Exception {
    assertThat(get("/livez").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").statusCode()).isEqualTo(503);

    progress.loaded(3, 0.1, 7);

    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsAreInPrometheusFormat() throws Exception {
    progress.loaded(0, 0, 0);
    progress.stepDone(step(10, 2.5));
    progress.evaluated(
        new EvaluationReport(
            10,
            0.1,
            1000,
            OptionalDouble.of(Double.POSITIVE_INFINITY),
            Map.of(),
            List.of(),
            Duration.ZERO));

    var text = get("/metrics").body();

    assertThat(text)
        .contains("# TYPE llmforge_trainer_step gauge\nllmforge_trainer_step 10.0\n")
        .contains("\nllmforge_trainer_train_loss 2.5\n")
        .contains("\nllmforge_trainer_perplexity +Inf\n");
  }

  @Test
  void copiesOfCheckpointsAreCounted() throws Exception {
    assertThat(get("/metrics").body()).doesNotContain("llmforge_trainer_copied_step");
    progress.copied(new Copied("checkpoint-000040", 40, "s3://backup/runs"));
    progress.copyFailed();
    progress.copyFailed();

    assertThat(get("/metrics").body())
        .contains("\nllmforge_trainer_copied_step 40.0\n")
        .contains("# TYPE llmforge_trainer_checkpoint_copy_failures_total counter\n")
        .contains("\nllmforge_trainer_checkpoint_copy_failures_total 2\n");
  }

  @Test
  void requestsArePosted() throws Exception {
    assertThat(post("/v1/checkpoint").statusCode()).isEqualTo(202);
    assertThat(post("/v1/stop").statusCode()).isEqualTo(202);

    assertThat(requests).containsExactly("checkpoint", "stop");
  }

  @Test
  void otherMethodsAndPathsAreRefused() throws Exception {
    assertThat(get("/v1/stop").statusCode()).isEqualTo(405);
    assertThat(post("/v1/status").statusCode()).isEqualTo(405);
    assertThat(get("/v1/status/more").statusCode()).isEqualTo(404);
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(requests).isEmpty();
  }

  static StepReport step(long step, double loss) {
    return new StepReport(
        step, 0.1, loss, 1e-3, 1, Map.of(), new StepReport.Work(1000, 400, Duration.ofSeconds(2)));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path) throws Exception {
    var request = HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.noBody()).build();
    return client.send(request, BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }
}
