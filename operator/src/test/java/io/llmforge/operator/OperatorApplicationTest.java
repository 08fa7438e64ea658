package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmforge.localcluster.ClusterSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The application as it is wired: settings, health, metrics. */
@Tag("cluster")
@QuarkusTest
@DisabledIfSystemProperty(
    named = ClusterSource.PROPERTY,
    matches = ClusterSource.EXTERNAL,
    disabledReason =
        "Quarkus keeps its cluster until all tests have ended, and one at a time has it")
@WithTestResource(ClusterResource.class)
class OperatorApplicationTest {

  @TestHTTPResource("/q/health/ready")
  URI readiness;

  @TestHTTPResource("/q/metrics")
  URI metrics;

  @Inject OperatorSettings settings;

  @Test
  void everySettingHasItsDefault() {
    assertThat(settings.trainerImage()).isEqualTo("llmforge/trainer:0.1.0");
    assertThat(settings.acceleratorResource()).isEqualTo("nvidia.com/gpu");
    assertThat(settings.pollInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.namespaces()).isEqualTo(ClusterResource.namespaces());
    assertThat(settings.statusReaders()).isEmpty();
    assertThat(settings.acceleratorProfiles()).isEmpty();
    assertThat(settings.leaseNamespace()).isEmpty();
  }

  @Test
  void startedOperatorIsReady() throws Exception {
    assertThat(get(readiness).statusCode()).isEqualTo(200);
  }

  @Test
  void refusedJobIsCountedByPhaseAndNotByName() throws Exception {
    ClusterResource.client()
        .resource(
            JobFixture.manifest("counted", JobFixture.config().put("model_id", "ftp://host/model")))
        .create();

    await()
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> get(metrics).body().contains("llmforge_finetunejobs{phase=\"Failed\"} 1.0"));

    assertThat(get(metrics).body()).doesNotContain("counted");
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
