package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.OperatorProcess;
import io.llmforge.cli.scale.ChartDefaults;
import io.llmforge.cli.scale.PretendedNode;
import io.llmforge.cli.scale.PretendedTrainers;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.LocalClusterOptions;
import io.llmforge.localcluster.api.http.RequestLog;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The packaged operator, killed with SIGKILL while the API server carries out its first write of a
 * run, its second, and so on to its last: whatever it was about to remember is lost each time.
 */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
final class OperatorKillTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int FEWEST_WRITES_OF_A_RUN = 17;
  private static final int SHARDS = 2;

  @TempDir Path folder;

  @Test
  void operatorKilledAtAnyWriteOfARunLosesNothing() throws Exception {
    Killer killer = new Killer();
    try (LocalCluster cluster =
            ClusterSource.chosen()
                .open(
                    LocalClusterOptions.in(folder.resolve("cluster"))
                        .withoutNode()
                        .withRequests(killer));
        PretendedTrainers trainers = PretendedTrainers.start(Clock.systemUTC());
        PretendedNode node =
            new PretendedNode(
                cluster.client(),
                trainers.address(),
                cluster.client().getNamespace(),
                Clock.systemUTC())) {
      cluster.define(HOME.resolve("crds/finetunejobs.llmforge.io-v1.yml"));
      node.start(pod -> node.end(pod.getMetadata().getName(), lastWords(pod)));

      int write = 0;
      boolean killed = true;
      while (killed) {
        write++;
        killed = runAndKill(write, cluster, killer);
      }

      assertThat(write).as("writes of a run").isGreaterThan(FEWEST_WRITES_OF_A_RUN);
    }
  }

  // What a trainer has finished is published by a pod of its own.
  private static String lastWords(Pod pod) {
    return "train".equals(pod.getMetadata().getLabels().get("llmforge.io/stage"))
        ? PretendedTrainers.trained(1)
        : PretendedTrainers.lastWords(1);
  }

  /** Whether the run had as many writes. */
  private boolean runAndKill(int write, LocalCluster cluster, Killer killer) throws Exception {
    String name = "killed-at-write-" + write;
    try (OperatorProcess first = launch(cluster, name + "-first.log")) {
      first.awaitReady();
      killer.arm(first, write);
      cluster.client().resource(job(name)).create();
      await(name + " is killed, or ends")
          .atMost(PATIENCE)
          .until(() -> !first.isRunning() || hasSucceeded(cluster.client(), name));
      if (first.isRunning()) {
        return false;
      }
    }
    try (OperatorProcess second = launch(cluster, name + "-second.log")) {
      await(name + " ends").atMost(PATIENCE).until(() -> hasSucceeded(cluster.client(), name));
      assertThat(second.isRunning()).isTrue();
    }
    assertRanOnce(cluster.client(), name);
    return true;
  }

  private static void assertRanOnce(KubernetesClient client, String name) {
    assertThat(
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(client.getNamespace())
                .withLabel("llmforge.io/job", name)
                .list()
                .getItems())
        .extracting(job -> job.getMetadata().getName())
        .containsExactlyInAnyOrder(
            name + "-1-preflight-1",
            name + "-1-reference-1",
            name + "-1-train-1",
            name + "-1-publish-1");
    assertThat(
            client
                .pods()
                .inNamespace(client.getNamespace())
                .withLabel("llmforge.io/job", name)
                .list()
                .getItems())
        .hasSize(SHARDS + 3);
    FineTuneJobStatus status = status(client, name);
    assertThat(status).isNotNull();
    assertThat(status.run()).isNotNull();
    assertThat(status.run().number()).isEqualTo(1);
    assertThat(status.run().attempt()).isEqualTo(1);
    assertThat(status.run().failedAttempts()).isZero();
    assertThat(status.outputs()).hasSize(1);
  }

  private OperatorProcess launch(LocalCluster cluster, String log) throws Exception {
    return OperatorProcess.launch(
        new Installation(HOME),
        ChartDefaults.read(HOME).javaOptions(),
        cluster.kubeconfig(),
        folder.resolve(log),
        Map.of("LLMFORGE_NAMESPACES", cluster.client().getNamespace()));
  }

  private static boolean hasSucceeded(KubernetesClient client, String name) {
    FineTuneJobStatus status = status(client, name);
    return status != null && status.phase() == Phase.Succeeded;
  }

  private static @Nullable FineTuneJobStatus status(KubernetesClient client, String name) {
    return client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName(name)
        .get()
        .getStatus();
  }

  private static FineTuneJob job(String name) {
    return Serialization.unmarshal(
        """
        apiVersion: llmforge.io/v1alpha1
        kind: FineTuneJob
        metadata: {name: %s}
        spec:
          config:
            model_id: pvc://data/model
            train_path: pvc://data/train.jsonl
            generation_config:
              prompt_format: {system: "{instruction}", user: "{instruction}", assistant: "{instruction}"}
            preference_tuning_config:
              beta: 0.1
              logprob_processor_scaling_config: {concurrency: %d, batch_size: 4}
          outputs:
          - {name: adapter, uri: s3://results/model}
        """
            .formatted(name, SHARDS),
        FineTuneJob.class);
  }

  /** Kills an operator while its write of this number is carried out. */
  private static final class Killer implements RequestLog {
    private final AtomicInteger writesLeft = new AtomicInteger();
    private volatile @Nullable OperatorProcess operator;

    void arm(OperatorProcess next, int write) {
      writesLeft.set(write);
      operator = next;
    }

    @Override
    public void received(String method, List<String> path, String userAgent) {
      OperatorProcess armed = operator;
      boolean read = method.equals("GET");
      if (armed == null || read || userAgent.equals(LocalCluster.USER_AGENT)) {
        return;
      }
      if (writesLeft.decrementAndGet() == 0) {
        operator = null;
        armed.kill();
      }
    }
  }
}
