package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Queue;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.operator.monitoring.ExposedMetrics;
import io.llmforge.operator.monitoring.PromQl;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Rules and dashboard of the chart ask for what a running operator has, and for nothing else. */
@Tag("cluster")
@QuarkusTest
@DisabledIfSystemProperty(
    named = ClusterSource.PROPERTY,
    matches = ClusterSource.EXTERNAL,
    disabledReason = "queues in a namespace whose claims no node of ours has folders for")
@WithTestResource(ClusterResource.class)
class MonitoringTest {

  private static final String SERIES =
      "llmforge_finetunejob_attempt{name=\"%s\",namespace=\"default\"";

  @TestHTTPResource("/q/metrics")
  URI metrics;

  @Inject Metrics framework;

  @AfterEach
  void leaveNothing() {
    ClusterResource.client().resources(FineTuneJob.class).inAnyNamespace().delete();
  }

  @Test
  void everyQueryIsAnsweredByARunningOperator() throws Exception {
    FakeTrainer trainer = ClusterResource.trainer();
    FineTuneJobs jobs = new FineTuneJobs(ClusterResource.client());
    // No pass fails here, and only the first that does makes the framework count them.
    framework.reconciliationFailed(
        JobFixture.job("unlucky", JobFixture.config()),
        null,
        new IllegalStateException("on purpose"),
        Map.of("controller.name", "finetunejob"));
    jobs.apply("failed", JobFixture.config());
    trainer.on("failed", 1, 1, FakeTrainer.fails(FailureCode.DIVERGED, "loss is NaN"));
    trainer.on("silent", 1, 1, trainer.waits("never", ""));
    trainer.on("holds", 1, 1, trainer.waits("never", ""));
    trainer.on("shown", 1, 1, FakeTrainer.fails(FailureCode.HANG, "no step"));
    trainer.on(
        "shown",
        1,
        2,
        trainer.reports(
            new TrainingReport.Running(TrainingReport.Phase.TRAINING, FakeTrainer.PROGRESS),
            "shown-go",
            FakeTrainer.completes()));
    trainer.on(
        "first",
        1,
        1,
        trainer.reports(
            new TrainingReport.Running(TrainingReport.Phase.TRAINING, FakeTrainer.PROGRESS),
            "first-go",
            FakeTrainer.completes()));
    trainer.on(
        "done",
        1,
        1,
        trainer.reports(
            new TrainingReport.Running(TrainingReport.Phase.TRAINING, FakeTrainer.PROGRESS),
            "done-go",
            FakeTrainer.completes()));
    for (String name : new String[] {"silent", "shown", "first", "done"}) {
      jobs.apply(name, JobFixture.config());
    }
    jobs.awaitPhase("done", Phase.Training);
    trainer.release("done-go");
    jobs.awaitPhase("done", Phase.Succeeded);
    jobs.awaitPhase("shown", Phase.Training);
    jobs.awaitPhase("first", Phase.Training);

    queueForOneGpu();

    List<String> queries = queries();
    assertThat(queries).hasSizeGreaterThan(20);
    await()
        .atMost(FineTuneJobs.PATIENCE)
        .untilAsserted(
            () -> {
              ExposedMetrics exposed = ExposedMetrics.of(exposed());
              assertThat(queries)
                  .allSatisfy(query -> assertThat(exposed.wrong(PromQl.parse(query))).isEmpty());
            });
    String text = exposed();
    assertThat(text)
        .contains("llmforge_finetunejob_loss{name=\"shown\",namespace=\"default\"} 0.5")
        .contains("llmforge_finetunejob_attempt{name=\"shown\",namespace=\"default\"} 2.0")
        .contains("events_received_total{action=\"ADDED\"", "events_received_total{action=\"NONE\"")
        .contains("llmforge_finetunejob_tokens{name=\"shown\",namespace=\"default\"} 5000.0")
        .contains("llmforge_finetunejob_queue_position{name=\"queued\",namespace=\"tight\"} 1.0")
        .contains("llmforge_queue_wait_seconds_count{namespace=\"tight\"} 1")
        .contains("llmforge_attempts_repeated_total{cause=\"failed\",reason=\"Hang\"} 1.0")
        .contains("llmforge_accelerator_seconds_total{namespace=\"default\",outcome=\"succeeded\"}")
        .contains("llmforge_runs_ended_total{outcome=\"Failed\",reason=\"Diverged\"} 1.0");
    assertThat(ExposedMetrics.of(text).ours()).isEqualTo(MetricsPage.documented());

    // Series go with the run or with the job.
    trainer.release("shown-go");
    jobs.awaitPhase("shown", Phase.Succeeded);
    ClusterResource.client()
        .resources(FineTuneJob.class)
        .inNamespace("default")
        .withName("first")
        .delete();
    await()
        .atMost(FineTuneJobs.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(exposed())
                    .doesNotContain(SERIES.formatted("shown"), SERIES.formatted("first")));
    assertThat(exposed()).contains(SERIES.formatted("silent"));
  }

  // Two jobs in a namespace with quota for one: the second is first in the line.
  private static void queueForOneGpu() {
    KubernetesClient client = ClusterResource.client();
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName("tight").endMetadata().build())
        .create();
    client
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("gpus")
                .withNamespace("tight")
                .endMetadata()
                .withNewSpec()
                .addToHard("requests.nvidia.com/gpu", new Quantity("1"))
                .endSpec()
                .build())
        .create();
    client.resource(ClusterSetup.data()).inNamespace("tight").create();
    for (String name : new String[] {"holds", "queued"}) {
      FineTuneJob job = JobFixture.job(name, JobFixture.config());
      job.getMetadata().setNamespace("tight");
      client.resource(job).create();
      await()
          .atMost(FineTuneJobs.PATIENCE)
          .until(
              () ->
                  tight(name).map(Queue::waitedSeconds).isPresent()
                      || tight(name).map(Queue::position).isPresent());
    }
  }

  private static Optional<Queue> tight(String name) {
    return Optional.ofNullable(
            ClusterResource.client()
                .resources(FineTuneJob.class)
                .inNamespace("tight")
                .withName(name)
                .get()
                .getStatus())
        .map(FineTuneJobStatus::queue);
  }

  @Test
  void inventedNamesAreFound() throws Exception {
    ExposedMetrics exposed = ExposedMetrics.of(exposed());

    assertThat(exposed.wrong(PromQl.parse("llmforge_finetunejobs{phase=\"Failed\"}"))).isEmpty();
    assertThat(exposed.wrong(PromQl.parse("llmforge_jobs"))).isNotEmpty();
    assertThat(exposed.wrong(PromQl.parse("llmforge_finetunejobs{fase=\"Failed\"}"))).isNotEmpty();
    assertThat(exposed.wrong(PromQl.parse("llmforge_finetunejobs{phase=\"Fail\"}"))).isNotEmpty();
    assertThat(exposed.wrong(PromQl.parse("sum by (node) (llmforge_finetunejobs)"))).isNotEmpty();
  }

  @Test
  void chartRendersThemUnchanged() throws IOException {
    List<JsonNode> objects =
        RenderedChart.render(
            command ->
                command
                    .set("monitoring.podMonitor", true)
                    .set("monitoring.prometheusRule", true)
                    .set("monitoring.grafanaDashboard", true)
                    .set("monitoring.labels.release", "prometheus"));

    assertThat(RenderedChart.only(objects, "PrometheusRule").get("spec")).isEqualTo(rules());
    assertThat(
            new JsonMapper()
                .readTree(
                    RenderedChart.only(objects, "ConfigMap").at("/data/llmforge.json").asText()))
        .isEqualTo(dashboard());
    JsonNode monitor = RenderedChart.only(objects, "PodMonitor");
    assertThat(monitor.at("/metadata/labels/release").asText()).isEqualTo("prometheus");
    JsonNode endpoint = monitor.at("/spec/podMetricsEndpoints/0");
    assertThat(endpoint.get("path").asText()).isEqualTo(metrics.getPath());
    JsonNode pod = RenderedChart.only(objects, "Deployment").at("/spec/template");
    assertThat(pod.at("/spec/containers/0/ports/0/name")).isEqualTo(endpoint.get("port"));
    monitor
        .at("/spec/selector/matchLabels")
        .propertyStream()
        .forEach(
            label ->
                assertThat(pod.at("/metadata/labels").get(label.getKey()))
                    .isEqualTo(label.getValue()));
  }

  private static List<String> queries() throws IOException {
    List<String> queries = new ArrayList<>();
    for (JsonNode group : rules().get("groups")) {
      group.get("rules").forEach(rule -> queries.add(rule.get("expr").asText()));
    }
    for (JsonNode panel : dashboard().get("panels")) {
      panel.get("targets").forEach(target -> queries.add(target.get("expr").asText()));
    }
    return queries;
  }

  private static JsonNode rules() throws IOException {
    return new YAMLMapper()
        .readTree(RenderedChart.FOLDER.resolve("monitoring/rules.yaml").toFile());
  }

  private static JsonNode dashboard() throws IOException {
    return new JsonMapper()
        .readTree(RenderedChart.FOLDER.resolve("monitoring/dashboard.json").toFile());
  }

  private String exposed() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
