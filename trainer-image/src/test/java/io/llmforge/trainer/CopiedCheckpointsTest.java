package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Stopped;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.fetch.ObjectServer;
import io.llmforge.trainer.storage.Durable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs whose checkpoints are copied to an object store or a claim, and which lose their workspace:
 * they end bit for bit as one that was left alone.
 */
class CopiedCheckpointsTest {

  private static final String ENDPOINT = "AWS_ENDPOINT_URL";
  private static final String COPIED = "[checkpoints] checkpoint-";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path folder;
  private ObjectServer server;

  @BeforeEach
  void serve() throws Exception {
    server = new ObjectServer();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://results/copies", "pvc://models/copies"})
  void runThatLostItsWorkspaceGoesOnFromTheNewestCopy(String place) throws IOException {
    TinyRun straight = straight();
    TinyRun run = run("lost").withCheckpoints(place);
    assertThat(run.run("step 4] loss")).as(run.console()).isEqualTo(75);
    assertThat(run.console()).contains(COPIED + "000004 is copied to " + place + "/");
    assertThat(run.lastWords().progress().copied().step()).isEqualTo(4);
    assertThat(run.lastWords().progress().copied().place()).startsWith(place + "/");
    loseWorkspace(run);
    TinyRun again = run("lost").withCheckpoints(place);

    assertThat(again.run()).as(again.console()).isZero();

    assertThat(again.console())
        .contains(COPIED + "000004 is fetched from " + place, "from_step: 4");
    assertThat(again.lastWords().progress().copied()).isNull();
    checkSameEnd("a workspace lost after 4 steps", again, straight, 8);
    assertThat(server.objects("copies")).isEmpty();
    Path claim = again.models.resolve("copies");
    if (Files.exists(claim)) {
      try (var runs = Files.walk(claim, 2)) {
        assertThat(runs.map(path -> path.getFileName().toString()))
            .noneMatch(name -> name.startsWith("checkpoint-"));
      }
    }
  }

  @Test
  void processThatWasKilledGoesOnInAnEmptyWorkspace() throws Exception {
    TinyRun straight = TinyRun.instruction(folder.resolve("straight")).with(EPOCHS, 30.0);
    assertThat(straight.run()).as(straight.console()).isZero();
    TinyRun run = copied("killed").with(EPOCHS, 30.0);
    Process process = ChildTrainer.start(run, environment());
    int copies = 0;
    var log = new StringBuilder();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        log.append(line).append('\n');
        if (line.contains(" is copied to ") && ++copies == 3) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(process.waitFor()).as(log.toString()).isEqualTo(137);
    loseWorkspace(run);
    TinyRun again = copied("killed").with(EPOCHS, 30.0);

    assertThat(again.run()).as(again.console()).isZero();

    assertThat(again.console()).contains(" is fetched from s3://").doesNotContain("from_step: 0");
    checkSameEnd("killed, and its workspace lost", again, straight, 240);
  }

  @Test
  void runOfAnotherContentLooksAtNoneOfThem() throws IOException {
    TinyRun run = copied("first");
    assertThat(run.run("step 4] loss")).as(run.console()).isEqualTo(75);
    loseWorkspace(run);
    Set<String> before = server.objects("copies").keySet();
    TinyRun other = copied("first").with("/optimizer/learningRate", 6e-3);

    assertThat(other.run()).as(other.console()).isZero();

    assertThat(other.console()).contains("from_step: 0").doesNotContain("is fetched from");
    assertThat(server.objects("copies").keySet()).isEqualTo(before);
  }

  @Test
  void copyThatWasNotFinishedIsPassedOver() throws IOException {
    TinyRun straight = straight();
    TinyRun run = copied("torn");
    assertThat(run.run("step 4] loss")).as(run.console()).isEqualTo(75);
    String content = server.objects("copies").keySet().iterator().next().replaceFirst("/.*", "");
    server.put("copies/" + content + "/checkpoint-000006/trainer/state.json", "{}");
    server.put(
        "copies/" + content + "/checkpoint-000007/COPY.json",
        "{\"files\": [{\"path\": \"a\", \"bytes\": 2, \"sha256\": \"%s\"}]}"
            .formatted("0".repeat(64)));
    loseWorkspace(run);
    TinyRun again = copied("torn");

    assertThat(again.run()).as(again.console()).isZero();

    assertThat(again.console())
        .contains("checkpoint-000006 is passed over: its copy was never finished")
        .contains("checkpoint-000007 is passed over", "from_step: 4");
    checkSameEnd("a workspace lost, and copies torn", again, straight, 8);
    assertThat(server.objects("copies")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://results/copies", "pvc://models/copies"})
  void copyThatIsDamagedIsPassedOver(String place) throws IOException {
    TinyRun run = run("damaged").withCheckpoints(place);
    assertThat(run.run("step 4] loss")).as(run.console()).isEqualTo(75);
    damage(run, "checkpoint-000004/trainer/state.json");
    loseWorkspace(run);
    TinyRun again = run("damaged").withCheckpoints(place);

    assertThat(again.run("step 5] loss")).as(again.console()).isEqualTo(75);

    assertThat(again.console())
        .containsPattern("checkpoint-000004 is passed over, delete it: .*/state.json has not")
        .contains("from_step: 2");
    assertThat(again.console().split("what arrived has not", -1).length).isLessThan(3);
  }

  /** In the same size, wherever the copy is. */
  private void damage(TinyRun run, String path) throws IOException {
    server.objects("copies").keySet().stream()
        .filter(name -> name.endsWith(path))
        .forEach(name -> server.damage("copies/" + name));
    Path claim = run.models.resolve("copies");
    if (Files.exists(claim)) {
      try (var files = Files.walk(claim)) {
        for (Path file : files.filter(found -> found.endsWith(path)).toList()) {
          Files.write(file, new byte[(int) Files.size(file)]);
        }
      }
    }
  }

  @Test
  void stopWhileCopiesAreBroughtBackIsNoFailure() throws IOException {
    TinyRun run = copied("stopped");
    assertThat(run.run("step 4] loss")).as(run.console()).isEqualTo(75);
    loseWorkspace(run);

    TinyRun stopped = copied("stopped");
    assertThat(stopped.run("000004 is fetched from")).as(stopped.console()).isEqualTo(75);

    assertThat(stopped.lastWords()).isInstanceOf(Stopped.class);
    TinyRun again = copied("stopped");
    assertThat(again.run("step 5] loss")).as(again.console()).isEqualTo(75);
    assertThat(again.console()).contains("from_step: 4");
  }

  @Test
  void workspaceThatHasACheckpointGoesOnFromThat() throws IOException {
    TinyRun run = copied("kept");
    assertThat(run.run("step 4] loss")).as(run.console()).isEqualTo(75);
    TinyRun again = copied("kept");

    assertThat(again.run()).as(again.console()).isZero();

    assertThat(again.console()).contains("from_step: 4").doesNotContain("is fetched from");
  }

  @Test
  void copiesAreThoseThatTheWorkspaceKeeps() throws IOException {
    TinyRun run = copied("kept").with("/evaluation/checkpointsToKeep", 1);
    assertThat(run.run("step 7] loss")).as(run.console()).isEqualTo(75);

    assertThat(names()).isEqualTo(local(run)).contains("checkpoint-000007");
  }

  /**
   * A stop leaves a checkpoint without an evaluation; the next attempt makes it, and saves again.
   */
  @Test
  void checkpointThatIsSavedAgainIsCopiedAgain() throws IOException {
    TinyRun run = copied("again");
    assertThat(run.run("step 4] loss")).as(run.console()).isEqualTo(75);
    Map<String, byte[]> before = server.objects("copies");
    TinyRun again = copied("again");
    assertThat(again.run("step 5] loss")).as(again.console()).isEqualTo(75);

    String manifest =
        before.keySet().stream()
            .filter(name -> name.endsWith("checkpoint-000004/MANIFEST.json"))
            .findFirst()
            .orElseThrow();
    assertThat(server.objects("copies").get(manifest))
        .isNotEqualTo(before.get(manifest))
        .isEqualTo(
            Files.readAllBytes(
                new RunEnd(again, 5).checkpoint("checkpoint-000004").resolve("MANIFEST.json")));
  }

  /** Away until the run has noticed it, and back before the next checkpoint. */
  @Test
  void storeThatIsAwayCostsNoRun() throws IOException {
    TinyRun straight = straight();
    TinyRun run = copied("away");
    int port = server.port();
    run.onLine("step 2] loss", () -> server.goAway());
    run.onLine("step 3] loss", () -> await(run, "[checkpoints] no copy in s3://results/copies/"));
    run.onLine("step 4] loss", () -> server.comeBack(port));
    run.onLine("step 5] loss", () -> await(run, COPIED + "000004 is copied"));

    assertThat(run.run()).as(run.console()).isZero();

    assertThat(run.console()).containsOnlyOnce("no copy in").containsOnlyOnce("warning: ");
    checkSameEnd("a store that was away", run, straight, 8);
    assertThat(server.objects("copies")).isEmpty();
  }

  /** Until then the workspace alone would have the result, and it may be lost. */
  @Test
  void copiesStayUntilTheResultHasLeftTheCluster() throws IOException {
    TinyRun run =
        copied("leaving")
            .withOutputCredentials(server.environment())
            .with(
                "/output/location",
                Map.of("kind", "remoteFolder", "uri", "s3://results/team/tiny"));
    assertThat(run.run()).as(run.console()).isZero();
    assertThat(names()).isNotEmpty();

    assertThat(run.publish()).as(run.console()).isZero();

    assertThat(server.objects("team/tiny")).containsKey("MANIFEST.json");
    assertThat(server.objects("copies")).isEmpty();
  }

  @Test
  void placeThatMayNotBeWrittenIsFoundByThePreflight() throws IOException {
    var environment = environment();
    environment.put("CHECKPOINTS_AWS_SECRET_ACCESS_KEY", "wrong");
    TinyRun run = copied("refused").withEnvironment(environment);

    assertThat(run.look()).as(run.console()).isEqualTo(77);

    assertThat(run.console()).contains("purpose Checkpoints");
    assertThat(copied("allowed").look()).isZero();
    assertThat(server.objects("copies")).isEmpty();
  }

  @Test
  void keysOfAnotherPlaceAreNotTaken() throws IOException {
    var environment = new HashMap<>(server.environment());
    environment.put(PodContract.CHECKPOINTS_PREFIX + ENDPOINT, environment.get(ENDPOINT));
    TinyRun run = copied("unnamed").withEnvironment(environment);

    assertThat(run.look()).as(run.console()).isEqualTo(77);
  }

  @Test
  void hubIsNoPlaceForCheckpoints() throws IOException {
    TinyRun run = run("hub").withCheckpoints("hf://team/copies");

    assertThat(run.run()).isEqualTo(64);

    assertThat(run.console()).contains("is no place for checkpoints");
  }

  private static final String EPOCHS = "/duration/epochs";

  private TinyRun straight() throws IOException {
    TinyRun straight = TinyRun.instruction(folder.resolve("straight"));
    assertThat(straight.run()).as(straight.console()).isZero();
    return straight;
  }

  private TinyRun run(String name) throws IOException {
    return TinyRun.instruction(folder.resolve(name)).withEnvironment(environment());
  }

  private TinyRun copied(String name) throws IOException {
    return run(name).withCheckpoints("s3://results/copies");
  }

  private Map<String, String> environment() {
    var environment = new HashMap<String, String>();
    server
        .environment()
        .forEach((name, value) -> environment.put(PodContract.CHECKPOINTS_PREFIX + name, value));
    return environment;
  }

  private static void loseWorkspace(TinyRun run) throws IOException {
    Durable.deleteTree(run.workspace);
    Files.createDirectories(run.workspace);
  }

  private Set<String> names() throws IOException {
    return server.objects("copies").keySet().stream()
        .map(name -> Path.of(name).getName(1).toString())
        .collect(Collectors.toSet());
  }

  private static Set<String> local(TinyRun run) throws IOException {
    try (var found = Files.walk(run.workspace.resolve("checkpoints"), 2)) {
      return found
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("checkpoint-"))
          .collect(Collectors.toSet());
    }
  }

  /** Holds the training up until something else has been said. */
  private static void await(TinyRun run, String words) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!run.console().contains(words)) {
      assertThat(System.nanoTime()).as(run.console()).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void checkSameEnd(String how, TinyRun run, TinyRun straight, int steps)
      throws IOException {
    var agreement = new Agreement(GoldenTest.RESUME, how);
    agreement.addExact(
        "published step",
        ((Completed) run.lastWords()).output().step(),
        ((Completed) straight.lastWords()).output().step());
    new RunEnd(run, steps).addTensors(agreement, new RunEnd(straight, steps));
    agreement.check();
  }
}
