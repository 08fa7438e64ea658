package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.LocalRun;
import io.llmforge.cli.run.RunResult;
import io.llmforge.cli.story.Story;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A run whose volume is emptied between two attempts, end to end: the trainer has copied its
 * checkpoints to an object store, another one goes on from there, and the weights are those of a
 * run that lost nothing, bit for bit.
 */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
class LostWorkspaceTest {

  private static final String JOB = "bereft";
  private static final String WEIGHTS = "models/bereft/model.safetensors";
  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path DATA = Path.of("target", "lost-workspace").toAbsolutePath();
  private static final Path MANIFEST =
      Path.of("src/test/resources/lost-workspace/finetunejob.yaml");

  @TempDir Path folder;

  @BeforeEach
  void copyTheManifest() throws IOException {
    Files.copy(MANIFEST, folder.resolve("finetunejob.yaml"));
  }

  @Test
  void runEndsWithTheWeightsOfOneThatLostNothing() throws Exception {
    try (var store = new ResultStore()) {
      tellTheStory(store);
      RunResult straight = run("straight");

      Suspension suspension;
      RunResult bereft;
      try (ExecutorService user = Executors.newSingleThreadExecutor()) {
        Path data = Files.createDirectories(DATA.resolve("bereft"));
        Files.deleteIfExists(data.resolve("cluster/kubeconfig"));
        Future<Suspension> suspending =
            user.submit(() -> Suspension.halfWay(data, JOB, LostWorkspaceTest::empty));
        bereft = run("bereft");
        suspension = suspending.get();
      }

      String checkpoint = suspension.status().checkpoints().latest().id();
      assertThat(straight.status().phase()).as("%s", straight).isEqualTo(Phase.Succeeded);
      assertThat(bereft.status().phase()).as("%s", bereft).isEqualTo(Phase.Succeeded);
      assertThat(suspension.checkpoints()).contains(checkpoint);
      assertThat(logs(bereft))
          .contains("[checkpoints] %s is fetched from s3://".formatted(checkpoint))
          .contains("from_step: %d".formatted(suspension.status().checkpoints().latest().step()));
      assertThat(bereft.status().run().failedAttempts()).isZero();
      assertThat(weights("bereft")).hasSameBinaryContentAs(weights("straight"));
      assertThat(store.names()).isEmpty();
    }
  }

  private void tellTheStory(ResultStore store) throws IOException {
    new ToldStory("A run whose workspace is lost half-way")
        .withDataOf("01-causal-lm-from-scratch")
        .withClaim("models", Map.of())
        .withSecret("copies", store.environment())
        .write(folder);
  }

  private RunResult run(String name) throws IOException, InterruptedException {
    return new LocalRun(
            new Installation(HOME), ClusterSource.chosen(), DATA.resolve(name), System.out, false)
        .run(Story.read(folder));
  }

  /** What a new volume looks like. */
  private static void empty(Path workspace) throws IOException {
    try (Stream<Path> files = Files.walk(workspace)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(workspace)) {
          Files.delete(file);
        }
      }
    }
  }

  private static String logs(RunResult result) throws IOException {
    var text = new StringBuilder();
    for (Path log : result.trainerLogs()) {
      text.append(Files.readString(log));
    }
    return text.toString();
  }

  private static Path weights(String name) {
    return DATA.resolve(name).resolve("cluster/volumes/default").resolve(WEIGHTS);
  }
}
