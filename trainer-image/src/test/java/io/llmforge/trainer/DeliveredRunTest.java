package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Origin;
import io.llmforge.trainer.fetch.HubServer;
import io.llmforge.trainer.fetch.ObjectServer;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs whose result or measurements leave the cluster. */
class DeliveredRunTest {

  @TempDir Path folder;

  @Test
  void resultIsInTheObjectStore() throws Exception {
    try (var server = new ObjectServer()) {
      var run =
          TinyRun.instruction(folder)
              .withEnvironment(server.environment())
              .with("/output/location", s3("s3://results/team/tiny"));

      assertThat(run.run()).as(run.console()).isZero();

      var output = ((Completed) run.lastWords()).output();
      var objects = server.objects("team/tiny");
      assertThat(output.location()).isEqualTo("s3://results/team/tiny");
      assertThat(objects)
          .containsKeys("adapter_model.safetensors", "README.md", "MANIFEST.json")
          .doesNotContainKey(".llmforge-upload");
      assertThat(new String(objects.get("README.md"), StandardCharsets.UTF_8))
          .contains("library_name: peft");
      assertThat(objects.get("MANIFEST.json"))
          .isEqualTo(Files.readAllBytes(run.workspace.resolve("output/MANIFEST.json")));
    }
  }

  @Test
  void resultOfTheSameContentInTheObjectStoreIsTakenOver() throws Exception {
    try (var server = new ObjectServer()) {
      for (String name : List.of("first", "again")) {
        var run =
            TinyRun.instruction(folder.resolve(name))
                .withEnvironment(server.environment())
                .with("/output/location", s3("s3://results/team/tiny"));
        assertThat(run.run()).as(run.console()).isZero();
        var report = (Completed) run.lastWords();
        assertThat(report.origin())
            .isEqualTo(name.equals("first") ? Origin.TRAINED : Origin.ADOPTED);
        assertThat(report.output().digest())
            .isEqualTo("sha256:" + Sha256.of(text(server, "MANIFEST.json")));
      }
      assertThat(server.objects("team/tiny")).doesNotContainKey(".llmforge-upload");
    }
  }

  private static String text(ObjectServer server, String name) throws IOException {
    return new String(server.objects("team/tiny").get(name), StandardCharsets.UTF_8);
  }

  @Test
  void resultOfTheSameContentOnTheHubIsTakenOver() throws Exception {
    try (var hub = new HubServer()) {
      for (String name : List.of("first", "again")) {
        var run =
            TinyRun.instruction(folder.resolve(name))
                .withEnvironment(hub.environment())
                .with("/output/location", hub("team/tiny"));
        assertThat(run.run()).as(run.console()).isZero();
        var report = (Completed) run.lastWords();
        assertThat(report.origin())
            .isEqualTo(name.equals("first") ? Origin.TRAINED : Origin.ADOPTED);
        assertThat(report.output().location())
            .isEqualTo("hf://team/tiny@" + hub.head("team/tiny", "main"));
      }
    }
  }

  @Test
  void resultIsOneCommitOfTheHub() throws Exception {
    try (var hub = new HubServer()) {
      var run =
          TinyRun.instruction(folder)
              .withEnvironment(hub.environment())
              .with("/output/location", hub("team/tiny"));

      assertThat(run.run()).as(run.console()).isZero();

      var output = ((Completed) run.lastWords()).output();
      var files = hub.files("team/tiny", "main");
      assertThat(output.location()).isEqualTo("hf://team/tiny@" + hub.head("team/tiny", "main"));
      assertThat(files)
          .containsKeys("adapter_model.safetensors", "adapter_config.json", "MANIFEST.json");
      assertThat(new String(files.get("README.md"), StandardCharsets.UTF_8))
          .startsWith("---\n")
          .contains("library_name: peft");
      assertThat(files.get("MANIFEST.json"))
          .isEqualTo(Files.readAllBytes(run.workspace.resolve("output/MANIFEST.json")));
    }
  }

  @Test
  void repositoryOfOthersIsRefusedBeforeTraining() throws Exception {
    try (var hub = new HubServer()) {
      var run =
          TinyRun.instruction(folder)
              .withEnvironment(hub.environment())
              .with("/output/location", hub("others/tiny"));

      assertThat(run.run()).as(run.console()).isEqualTo(77);

      assertThat(run.console())
          .contains("hf://others/tiny may not be written by the account of HF_TOKEN")
          .doesNotContain("] loss:", HubServer.TOKEN);
    }
  }

  @Test
  void placeThatMayNotBeWrittenIsRefusedBeforeTraining() throws Exception {
    try (var server = new ObjectServer()) {
      var environment = server.environment();
      environment.put("AWS_SECRET_ACCESS_KEY", "wrong");
      var run =
          TinyRun.instruction(folder)
              .withEnvironment(environment)
              .with("/output/location", s3("s3://results/team/tiny"));

      assertThat(run.run()).as(run.console()).isEqualTo(77);

      assertThat(run.console()).contains("purpose Outputs").doesNotContain("] loss:");
    }
  }

  @Test
  void trackingServerThatIsNotThereCostsNoRun() throws Exception {
    String nowhere = unusedAddress();
    var run =
        TinyRun.instruction(folder)
            .with(
                "/tracking",
                Map.of(
                    "provider",
                    "mlflow",
                    "uri",
                    nowhere,
                    "experiment",
                    "e",
                    "missingExperiment",
                    "IS_CREATED"));

    assertThat(run.run()).as(run.console()).isZero();

    assertThat(run.console())
        .contains("warning: [tracking] " + nowhere, "metrics.jsonl has all measurements");
  }

  private static String unusedAddress() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  private static Map<String, String> hub(String repository) {
    return Map.of("kind", "hubModel", "repository", repository);
  }

  private static Map<String, String> s3(String uri) {
    return Map.of("kind", "remoteFolder", "uri", uri);
  }
}
