package io.llmforge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.LocalClusterOptions;
import io.llmforge.localcluster.node.container.Image;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code status} and {@code logs} against a real API server, over a kubeconfig. */
class ClusterCommandsTest {

  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Path DEFINITION = Path.of("../crds/finetunejobs.llmforge.io-v1.yml");

  @TempDir private static Path folder;
  private static LocalCluster cluster;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    cluster =
        LocalCluster.start(
            LocalClusterOptions.in(folder.resolve("cluster"))
                .withImages(new ImageCatalogue(Map.of("words", Image.of("/bin/echo")))));
    var client = cluster.client();
    cluster.define(DEFINITION);
    job(
        "failed-one",
        "{phase: Failed, message: It failed., run: {number: 2, attempt: 1, failedAttempts: 0, stage: Train}, "
            + "failure: {reason: DatasetInvalid, message: 'train.jsonl line 3: no text', exitCode: 65, pod: failed-one-2, remediation: Correct the row.}, "
            + "metrics: [{name: eval_loss, value: '0.5', step: 60, first: '2.0', best: '0.4', bestStep: 40}], "
            + "conditions: [{type: Failed, status: 'True', reason: DatasetInvalid, message: line 3}]}");
    job(
        "good-one",
        "{phase: Succeeded, outputs: [{name: model, kind: Model, uri: 'pvc://models/good', bytes: 1234567, step: 9}], "
            + "progress: {percent: 100, step: 9, totalSteps: 9, stepText: 9/9, loss: '0.25', eta: 0s}}");
    client
        .v1()
        .events()
        .inNamespace("default")
        .resource(
            new EventBuilder()
                .withNewMetadata()
                .withName("failed-one.1")
                .withNamespace("default")
                .endMetadata()
                .withNewInvolvedObject()
                .withKind("FineTuneJob")
                .withName("failed-one")
                .withNamespace("default")
                .endInvolvedObject()
                .withType("Warning")
                .withReason("DatasetInvalid")
                .withMessage("line 3 has no text")
                .withLastTimestamp("2026-01-02T03:04:05Z")
                .build())
        .create();
    pod("good-one-1-reference-1-0", "reference", 1, 0);
    pod("good-one-1-train-1-0", "train", 1, 0);
    pod("good-one-1-train-2-1", "train", 2, 1);
    pod("good-one-1-train-2-0", "train", 2, 0);
    for (var pod : client.pods().inNamespace("default").list().getItems()) {
      client
          .pods()
          .inNamespace("default")
          .withName(pod.getMetadata().getName())
          .waitUntilCondition(
              now -> now != null && "Succeeded".equals(now.getStatus().getPhase()),
              60,
              TimeUnit.SECONDS);
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void tableHasARowForEachJob() {
    assertThat(run("status")).isZero();

    assertThat(out.toString().lines().toList())
        .hasSize(3)
        .first()
        .asString()
        .matches("NAME +PHASE +PROGRESS +STEP +LOSS +ETA +GPUS +AGE");
    assertThat(out.toString())
        .containsPattern("good-one +Succeeded +100% +9/9 +0.25 +0s +- +\\d+s")
        .containsPattern("failed-one +Failed +- +- +- ");
  }

  @Test
  void allNamespacesAreNamed() {
    assertThat(run("status", "-A")).isZero();

    assertThat(out.toString()).startsWith("NAMESPACE").contains("default     good-one");
  }

  @Test
  void aNamespaceWithoutJobsIsSaid() {
    assertThat(run("status", "-n", "kube-system")).isZero();

    assertThat(out.toString()).contains("no FineTuneJob in namespace kube-system");
  }

  @Test
  void detailsSayWhatFailedWhatToDoAndWhatHappened() {
    assertThat(run("status", "failed-one")).isZero();

    assertThat(out.toString())
        .contains("FineTuneJob default/failed-one: Failed")
        .contains("DatasetInvalid (exit code 65, pod failed-one-2)")
        .contains("train.jsonl line 3: no text")
        .contains("What to do: Correct the row.")
        .contains("eval_loss                    0.5 (step 60)  first 2.0  best 0.4 at step 40")
        .containsPattern("\\d+d +Warning +DatasetInvalid +line 3 has no text");
  }

  @Test
  void watchingEndsAsTheRunEnds() {
    assertThat(run("status", "good-one", "--watch")).isZero();
    assertThat(out.toString()).contains("Model pvc://models/good, 1,234,567 bytes, from step 9");

    assertThat(run("status", "failed-one", "--watch")).isEqualTo(1);
  }

  @Test
  void absentJobIsAnsweredWithThoseThatAreThere() {
    assertThat(run("status", "god-one")).isEqualTo(66);

    assertThat(err.toString())
        .contains(
            "there is no FineTuneJob god-one in namespace default; there are failed-one, good-one");
  }

  @Test
  void logsAreThoseOfTheNewestAttemptByRank() {
    assertThat(run("logs", "good-one")).isZero();

    assertThat(out.toString())
        .isEqualTo(
            "[rank 0] words of good-one-1-train-2-0\n[rank 1] words of good-one-1-train-2-1\n");
  }

  @Test
  void logsOfOneIndexStandAlone() {
    assertThat(run("logs", "good-one", "--index", "1")).isZero();

    assertThat(out.toString()).isEqualTo("words of good-one-1-train-2-1\n");
  }

  @Test
  void logsOfAStageAreThoseOfItsNewestAttempt() {
    assertThat(run("logs", "good-one", "--stage", "reference")).isZero();

    assertThat(out.toString()).isEqualTo("words of good-one-1-reference-1-0\n");
  }

  @Test
  void followedLogsEndWithTheirPods() {
    assertThat(run("logs", "good-one", "--follow", "--index", "0")).isZero();

    assertThat(out.toString()).isEqualTo("words of good-one-1-train-2-0\n");
  }

  @Test
  void logsOfAJobWithoutPodsSayWhereToLook() {
    assertThat(run("logs", "failed-one")).isEqualTo(66);

    assertThat(err.toString())
        .contains("default/failed-one has no pod")
        .contains("llmforge status failed-one -n default");
  }

  @Test
  void missingKubeconfigIsNamed() {
    var nowhere = folder.resolve("no-such-kubeconfig");

    assertThat(execute("status", "--kubeconfig", nowhere.toString())).isEqualTo(66);

    assertThat(err.toString()).contains("there is no kubeconfig " + nowhere);
  }

  @Test
  void silentClusterIsNamed() throws IOException {
    var silent = folder.resolve("silent");
    Files.writeString(
        silent,
        Files.readString(cluster.kubeconfig())
            .replaceAll("server: .*", "server: https://127.0.0.1:9"));

    assertThat(execute("status", "--kubeconfig", silent.toString())).isEqualTo(69);

    assertThat(err.toString()).contains("no answer from the cluster https://127.0.0.1:9");
  }

  private int run(String... arguments) {
    var all = new java.util.ArrayList<>(java.util.List.of(arguments));
    all.add("--kubeconfig");
    all.add(cluster.kubeconfig().toString());
    return execute(all.toArray(String[]::new));
  }

  private int execute(String... arguments) {
    return Llmforge.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static void job(String name, String status) throws IOException {
    var client = cluster.client();
    var job =
        YAML.readValue(
            """
            apiVersion: llmforge.io/v1alpha1
            kind: FineTuneJob
            metadata: {name: %s, namespace: default}
            spec: {config: {model_id: "pvc://m/m", train_path: "pvc://d/t.jsonl"}}
            """
                .formatted(name),
            FineTuneJob.class);
    var created = client.resource(job).create();
    created.setStatus(YAML.readValue(status, FineTuneJobStatus.class));
    client.resource(created).updateStatus();
  }

  private static void pod(String name, String stage, int attempt, int index) {
    cluster
        .client()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .addToLabels("llmforge.io/job", "good-one")
                .addToLabels("llmforge.io/run", "1")
                .addToLabels("llmforge.io/stage", stage)
                .addToLabels("llmforge.io/attempt", Integer.toString(attempt))
                .addToLabels("batch.kubernetes.io/job-completion-index", Integer.toString(index))
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("trainer")
                .withImage("words")
                .withArgs("words of " + name)
                .endContainer()
                .endSpec()
                .build())
        .create();
  }
}
