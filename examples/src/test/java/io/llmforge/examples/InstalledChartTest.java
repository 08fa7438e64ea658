package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.OperatorProcess;
import io.llmforge.cli.scale.ChartDefaults;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.LocalClusterOptions;
import io.llmforge.localcluster.node.container.Image;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The chart in a cluster of others, and the packaged operator with no rights but the chart's. */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
@EnabledIfSystemProperty(
    named = ClusterSource.PROPERTY,
    matches = ClusterSource.EXTERNAL,
    disabledReason = "the embedded API server knows neither rights nor admission policies")
class InstalledChartTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path CHART = HOME.resolve("helm/llmforge-operator");
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String KEY = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;

  @Test
  void operatorWorksWithTheRightsOfTheChart() throws Exception {
    try (LocalCluster cluster = open("pod-security.kubernetes.io/enforce", "restricted");
        InstalledChart chart =
            InstalledChart.install(
                cluster,
                CHART,
                Map.of(
                    "watchNamespaces[0]",
                    cluster.client().getNamespace(),
                    "security.networkPolicy.enabled",
                    "true",
                    "replicas",
                    "2"));
        OperatorProcess operator = launch(chart)) {
      operator.awaitReady();
      KubernetesClient client = cluster.client();

      client.resource(job("plain", 1)).create();

      await("plain succeeds")
          .atMost(PATIENCE)
          .until(() -> phase(client, "plain") == Phase.Succeeded);
      assertThat(Files.readString(operator.log())).doesNotContain("forbidden");
      assertThat(client.v1().events().list().getItems())
          .noneMatch(event -> event.getMessage().contains("PodSecurity"))
          .extracting(event -> event.getInvolvedObject().getName())
          .contains("plain");
      assertThat(client.network().v1().networkPolicies().list().getItems()).hasSize(1);
    }
  }

  @Test
  void limitOfGpusHolds() throws Exception {
    try (LocalCluster cluster = open("llmforge.io/max-gpus", "2");
        InstalledChart chart =
            InstalledChart.install(
                cluster,
                CHART,
                Map.of(
                    "watchNamespaces[0]",
                    cluster.client().getNamespace(),
                    "admissionPolicy.enabled",
                    "true"))) {
      KubernetesClient client = cluster.client();
      assertThat(chart.objects()).isNotEmpty();

      // A policy is in force some time after it was stored.
      await("the policy is in force")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(refusal(client, job("greedy", 3)))
                      .contains("asks for 3 GPUs", "may have 2"));
      client.resource(job("modest", 2)).create();
    }
  }

  private static String refusal(KubernetesClient client, FineTuneJob job) {
    try {
      client.resource(job).dryRun().create();
      return "";
    } catch (KubernetesClientException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** A namespace with this label and a trainer that has trained at once. */
  private LocalCluster open(String label, String value) throws IOException {
    var output =
        new TrainingReport.Output(
            TrainingReport.Output.Kind.MODEL, "pvc://data/result", "sha256:0", 1, 1);
    var report = new TrainingReport.Completed(TrainingReport.Progress.NONE, output);
    Path script = folder.resolve("trainer.sh");
    Files.writeString(
        script,
        """
        cat > "$LLMFORGE_TERMINATION_LOG" <<'END'
        %s
        END
        """
            .formatted(PlanJson.write(report)));
    LocalCluster cluster =
        ClusterSource.chosen()
            .open(
                LocalClusterOptions.in(folder.resolve("cluster"))
                    .withImages(
                        new ImageCatalogue(
                            Map.of("llmforge/trainer", Image.of("/bin/sh", script.toString()))))
                    .withCapacity("nvidia.com/gpu", "8"));
    cluster.define(HOME.resolve("crds/finetunejobs.llmforge.io-v1.yml"));
    cluster
        .client()
        .resource(
            new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("data")
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteMany")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .build())
        .create();
    cluster
        .client()
        .namespaces()
        .withName(cluster.client().getNamespace())
        .edit(
            namespace ->
                new NamespaceBuilder(namespace)
                    .editMetadata()
                    .addToLabels(label, value)
                    .endMetadata()
                    .build());
    return cluster;
  }

  private OperatorProcess launch(InstalledChart chart) throws IOException {
    Map<String, String> environment = new HashMap<>(chart.operatorEnvironment());
    environment.put("LLMFORGE_LEASE_NAMESPACE", chart.cluster().client().getNamespace());
    environment.put("LLMFORGE_STATUS_KEY", KEY);
    return OperatorProcess.launch(
        new Installation(HOME),
        ChartDefaults.read(HOME).javaOptions(),
        chart.operatorKubeconfig(folder.resolve("operator.kubeconfig")),
        folder.resolve("operator.log"),
        environment);
  }

  private static Phase phase(KubernetesClient client, String name) {
    FineTuneJob job = client.resources(FineTuneJob.class).withName(name).get();
    return job.getStatus() == null ? Phase.Pending : job.getStatus().phase();
  }

  private static FineTuneJob job(String name, int devices) {
    return Serialization.unmarshal(
        """
        apiVersion: llmforge.io/v1alpha1
        kind: FineTuneJob
        metadata: {name: %s}
        spec:
          config:
            model_id: pvc://data/model
            train_path: pvc://data/train.jsonl
            num_devices: %d
            generation_config:
              prompt_format: {system: "{instruction}", user: "{instruction}", assistant: "{instruction}"}
        """
            .formatted(name, devices),
        FineTuneJob.class);
  }
}
