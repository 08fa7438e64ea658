package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.LocalClusterOptions;
import io.llmforge.localcluster.node.container.Image;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two packaged operators, as with the chart's {@code replicas: 2}, and the one at work is killed.
 */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
class LeaderElectionTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String LEASE = "leader";
  private static final String JOB =
      """
      apiVersion: llmforge.io/v1alpha1
      kind: FineTuneJob
      metadata: {name: during}
      spec:
        config:
          model_id: pvc://data/model
          train_path: pvc://data/train.jsonl
          generation_config:
            prompt_format: {system: "{instruction}", user: "{instruction}", assistant: "{instruction}"}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec:
        accessModes: [ReadWriteMany]
        resources: {requests: {storage: 1Gi}}
      """;

  @TempDir Path folder;
  private final List<Process> operators = new ArrayList<>();

  @AfterEach
  void stopOperators() {
    operators.forEach(Process::destroyForcibly);
  }

  @Test
  void anotherGoesOnWithTheRunOfOneThatIsKilled() throws Exception {
    try (LocalCluster cluster =
        ClusterSource.chosen()
            .open(
                LocalClusterOptions.in(folder.resolve("cluster"))
                    .withImages(new ImageCatalogue(Map.of("llmforge/trainer", trainer())))
                    .withCapacity("nvidia.com/gpu", "8"))) {
      KubernetesClient client = cluster.client();
      cluster.define(HOME.resolve("crds/finetunejobs.llmforge.io-v1.yml"));
      Process first = launch("first", cluster);
      await().atMost(PATIENCE).until(() -> holder(client).equals("first"));
      launch("second", cluster);
      apply(client, JOB);
      awaitStatus(client, status -> status.run() != null && status.run().job() != null);

      first.destroyForcibly().waitFor();
      await().atMost(PATIENCE).until(() -> holder(client).equals("second"));
      Files.createFile(folder.resolve("go"));
      awaitStatus(client, status -> status.phase() == Phase.Succeeded);

      assertThat(status(client).orElseThrow().run().attempt()).isEqualTo(1);
      assertThat(
              names(
                  client.batch().v1().jobs().inNamespace(client.getNamespace()).list().getItems()))
          .containsExactlyInAnyOrder("during-1-preflight-1", "during-1-train-1");
      assertThat(names(client.pods().inNamespace(client.getNamespace()).list().getItems()))
          .hasSize(2);
    }
  }

  /** A process that waits for a file and then says that it has trained. */
  private Image trainer() throws IOException {
    var output =
        new TrainingReport.Output(
            TrainingReport.Output.Kind.MODEL, "pvc://data/result", "sha256:0", 1, 1);
    var report = new TrainingReport.Completed(TrainingReport.Progress.NONE, output);
    Path script = folder.resolve("trainer.sh");
    Files.writeString(
        script,
        """
        while [ ! -e '%s' ]; do sleep 0.05; done
        cat > "$LLMFORGE_TERMINATION_LOG" <<'END'
        %s
        END
        """
            .formatted(folder.resolve("go"), PlanJson.write(report)));
    return Image.of("/bin/sh", script.toString());
  }

  // The name of the host is the name of the pod, and tells the operators apart.
  private Process launch(String name, LocalCluster cluster) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx160m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-jar",
            HOME.resolve("operator/target/quarkus-app/quarkus-run.jar").toString());
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG",
                cluster.kubeconfig().toString(),
                "HOSTNAME",
                name,
                "QUARKUS_HTTP_HOST",
                "127.0.0.1",
                "QUARKUS_HTTP_PORT",
                "0",
                "LLMFORGE_NAMESPACES",
                cluster.client().getNamespace(),
                "LLMFORGE_LEASE_NAMESPACE",
                cluster.client().getNamespace(),
                "LLMFORGE_LEASE_NAME",
                LEASE));
    Process process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start();
    operators.add(process);
    return process;
  }

  private static String holder(KubernetesClient client) {
    return Optional.ofNullable(
            client.leases().inNamespace(client.getNamespace()).withName(LEASE).get())
        .map(lease -> lease.getSpec().getHolderIdentity())
        .orElse("");
  }

  private static void awaitStatus(KubernetesClient client, Predicate<FineTuneJobStatus> fact) {
    await().atMost(PATIENCE).until(() -> status(client).filter(fact).isPresent());
  }

  private static Optional<FineTuneJobStatus> status(KubernetesClient client) {
    return Optional.ofNullable(
        client
            .resources(FineTuneJob.class)
            .inNamespace(client.getNamespace())
            .withName("during")
            .get()
            .getStatus());
  }

  private static void apply(KubernetesClient client, String yaml) {
    client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).serverSideApply();
  }

  private static List<String> names(List<? extends HasMetadata> objects) {
    return objects.stream().map(object -> object.getMetadata().getName()).toList();
  }
}
