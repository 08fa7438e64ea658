package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.crds.plan.TrainingReport.Origin;
import io.llmforge.crds.plan.TrainingReport.Stopped;
import io.llmforge.crds.plan.TrainingReport.Trained;
import io.llmforge.trainer.fetch.HubServer;
import io.llmforge.trainer.fetch.ObjectServer;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs whose result or measurements leave the cluster. */
class DeliveredRunTest {

  @TempDir Path folder;

  @Test
  void resultIsInTheObjectStore() throws Exception {
    try (var server = new ObjectServer()) {
      var run = trained(server);

      assertThat(((Trained) run.lastWords()).output().location())
          .isEqualTo("s3://results/team/tiny");
      assertThat(server.objects("team/tiny")).containsOnlyKeys(".llmforge-upload");
      assertThat(run.publish()).as(run.console()).isZero();

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
  void whatIsPublishedHasTheMeasurementsOfTheTraining() throws Exception {
    try (var server = new ObjectServer()) {
      var run = trained(server);
      var training = (Trained) run.lastWords();

      assertThat(run.publish()).as(run.console()).isZero();

      var published = (Completed) run.lastWords();
      assertThat(published.origin()).isEqualTo(Origin.TRAINED);
      assertThat(published.output()).isEqualTo(training.output());
      assertThat(published.progress().metrics()).isEqualTo(training.progress().metrics());
      assertThat(published.progress().step()).isEqualTo(training.progress().step());
    }
  }

  @Test
  void uploadThatIsToldToEndGoesOnAtTheNextAttempt() throws Exception {
    try (var server = new ObjectServer()) {
      var run = trained(server);

      assertThat(run.publish(" go to s3://results/team/tiny")).as(run.console()).isEqualTo(75);
      assertThat(run.lastWords()).isInstanceOf(Stopped.class);
      assertThat(server.objects("team/tiny")).doesNotContainKey("MANIFEST.json");

      assertThat(run.publish()).as(run.console()).isZero();
      assertThat(server.objects("team/tiny"))
          .containsKeys("adapter_model.safetensors", "MANIFEST.json");
    }
  }

  @Test
  void publishedResultIsPublishedAgainWithTheSameWords() throws Exception {
    try (var server = new ObjectServer()) {
      var run = trained(server);
      assertThat(run.publish()).as(run.console()).isZero();
      var first = run.lastWords();

      assertThat(run.publish()).as(run.console()).isZero();

      assertThat(run.lastWords()).isEqualTo(first);
    }
  }

  @Test
  void refusedUploadLeavesTheResultForTheNextAttempt() throws Exception {
    try (var server = new ObjectServer()) {
      var run = trained(server);
      var wrong = server.environment();
      wrong.put("AWS_SECRET_ACCESS_KEY", "expired");

      assertThat(run.withOutputCredentials(wrong).publish()).as(run.console()).isEqualTo(77);
      assertThat(((Failed) run.lastWords()).message()).contains("purpose Outputs");

      assertThat(run.withOutputCredentials(server.environment()).publish()).isZero();
      assertThat(server.objects("team/tiny")).containsKey("MANIFEST.json");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"MANIFEST.json", "result.json", "adapter_model.safetensors"})
  void resultThatIsNotWholeIsNotPublished(String lost) throws Exception {
    try (var server = new ObjectServer()) {
      var run = trained(server);
      Files.delete(run.workspace.resolve("output").resolve(lost));

      assertThat(run.publish()).as(run.console()).isEqualTo(66);

      assertThat(((Failed) run.lastWords()).message())
          .contains("the finished result is not in the run's workspace any more");
      assertThat(server.objects("team/tiny")).doesNotContainKey("MANIFEST.json");
    }
  }

  @Test
  void resultThatStaysInTheClusterHasNoPublisher() throws Exception {
    var run = TinyRun.instruction(folder);

    assertThat(run.publish()).isEqualTo(78);

    assertThat(((Failed) run.lastWords()).message())
        .contains("pvc://models/out, which is inside the cluster");
  }

  @Test
  void resultOfTheSameContentInTheObjectStoreIsTakenOver() throws Exception {
    try (var server = new ObjectServer()) {
      var first = trained(server);
      assertThat(first.publish()).as(first.console()).isZero();
      var again =
          TinyRun.instruction(folder.resolve("again"))
              .withOutputCredentials(server.environment())
              .with("/output/location", s3("s3://results/team/tiny"));

      assertThat(again.look()).as(again.console()).isZero();

      assertThat(((Completed) again.lastWords()).origin()).isEqualTo(Origin.ADOPTED);
      assertThat(((Completed) again.lastWords()).output().digest())
          .isEqualTo("sha256:" + Sha256.of(text(server, "MANIFEST.json")));
      assertThat(server.objects("team/tiny")).doesNotContainKey(".llmforge-upload");
    }
  }

  private static String text(ObjectServer server, String name) throws IOException {
    return new String(server.objects("team/tiny").get(name), StandardCharsets.UTF_8);
  }

  @Test
  void resultOfTheSameContentOnTheHubIsTakenOver() throws Exception {
    try (var hub = new HubServer()) {
      var first = trained(hub);
      assertThat(first.publish()).as(first.console()).isZero();
      var again =
          TinyRun.instruction(folder.resolve("again"))
              .withOutputCredentials(hub.environment())
              .with("/output/location", hub("team/tiny"));

      assertThat(again.look()).as(again.console()).isZero();

      var report = (Completed) again.lastWords();
      assertThat(report.origin()).isEqualTo(Origin.ADOPTED);
      assertThat(report.output().location())
          .isEqualTo("hf://team/tiny@" + hub.head("team/tiny", "main"));
    }
  }

  @Test
  void resultIsOneCommitOfTheHub() throws Exception {
    try (var hub = new HubServer()) {
      var run = trained(hub);

      assertThat(run.publish()).as(run.console()).isZero();

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
              .withOutputCredentials(hub.environment())
              .with("/output/location", hub("others/tiny"));

      assertThat(run.look()).as(run.console()).isEqualTo(77);

      assertThat(run.console())
          .contains("hf://others/tiny may not be written by the account of HF_TOKEN")
          .doesNotContain(HubServer.TOKEN);
    }
  }

  @Test
  void placeThatMayNotBeWrittenIsRefusedBeforeTraining() throws Exception {
    try (var server = new ObjectServer()) {
      var environment = server.environment();
      environment.put("AWS_SECRET_ACCESS_KEY", "wrong");
      var run =
          TinyRun.instruction(folder)
              .withOutputCredentials(environment)
              .with("/output/location", s3("s3://results/team/tiny"));

      assertThat(run.look()).as(run.console()).isEqualTo(77);

      assertThat(run.console()).contains("purpose Outputs");
    }
  }

  /** Looked at, then trained by a process that knows nothing of the store. */
  private TinyRun trained(ObjectServer server) throws IOException {
    return trained(server.environment(), s3("s3://results/team/tiny"));
  }

  private TinyRun trained(HubServer hub) throws IOException {
    return trained(hub.environment(), hub("team/tiny"));
  }

  private TinyRun trained(Map<String, String> credentials, Map<String, String> place)
      throws IOException {
    var run =
        TinyRun.instruction(folder)
            .withOutputCredentials(credentials)
            .with("/output/location", place);
    assertThat(run.look()).as(run.console()).isZero();
    assertThat(run.run()).as(run.console()).isZero();
    return run;
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
