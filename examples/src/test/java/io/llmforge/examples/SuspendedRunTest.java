package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.LocalRun;
import io.llmforge.cli.run.RunResult;
import io.llmforge.cli.story.Story;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A run that is suspended half-way and resumed, end to end: the packaged operator stops a real
 * trainer, another one goes on from its checkpoint, and the weights are those of a run that nobody
 * interrupted, bit for bit.
 */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
class SuspendedRunTest {

  private static final String JOB = "interrupted";
  private static final String WEIGHTS = "models/interrupted/model.safetensors";
  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path DATA = Path.of("target", "suspended-run").toAbsolutePath();
  private static final Path MANIFEST = Path.of("src/test/resources/suspended-run/finetunejob.yaml");

  @TempDir Path folder;

  @BeforeEach
  void tellTheStory() throws IOException {
    Files.copy(MANIFEST, folder.resolve("finetunejob.yaml"));
    new ToldStory("A run that is suspended half-way")
        .withDataOf("01-causal-lm-from-scratch")
        .withClaim("models", Map.of())
        .write(folder);
  }

  @Test
  void resumedRunEndsWithTheWeightsOfOneThatWasNeverSuspended() throws Exception {
    RunResult straight = run("straight");

    Suspension suspension;
    RunResult interrupted;
    try (ExecutorService user = Executors.newSingleThreadExecutor()) {
      Path data = Files.createDirectories(DATA.resolve("interrupted"));
      Files.deleteIfExists(data.resolve("cluster/kubeconfig"));
      Future<Suspension> suspending = user.submit(() -> Suspension.halfWay(data, JOB));
      interrupted = run("interrupted");
      suspension = suspending.get();
    }

    FineTuneJobStatus suspended = suspension.status();
    assertThat(straight.status().phase()).as("%s", straight).isEqualTo(Phase.Succeeded);
    assertThat(interrupted.status().phase()).as("%s", interrupted).isEqualTo(Phase.Succeeded);
    assertThat(suspended.progress().step()).isBetween(1L, suspended.progress().totalSteps() - 1);
    assertThat(suspended.attempts().getFirst().outcome()).isEqualTo(AttemptOutcome.Interrupted);
    assertThat(suspension.podsAtWork()).isEmpty();
    assertThat(suspended.checkpoints()).as("%s", suspended).isNotNull();
    assertThat(suspension.checkpoints()).contains(suspended.checkpoints().latest().id());
    assertThat(interrupted.status().run().attempt()).isEqualTo(2);
    assertThat(interrupted.status().run().failedAttempts()).isZero();
    assertThat(weights("interrupted")).hasSameBinaryContentAs(weights("straight"));
  }

  private RunResult run(String name) throws IOException, InterruptedException {
    return new LocalRun(
            new Installation(HOME), ClusterSource.chosen(), DATA.resolve(name), System.out, false)
        .run(Story.read(folder));
  }

  private static Path weights(String name) {
    return DATA.resolve(name).resolve("cluster/volumes/default").resolve(WEIGHTS);
  }
}
