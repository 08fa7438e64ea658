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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A result that leaves the cluster while its object store comes and goes, end to end: the packaged
 * operator, a trainer that knows no credential, and pods that publish what it left.
 */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
class PublishedRunTest {

  private static final String JOB = "published";
  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path DATA = Path.of("target", "published-run").toAbsolutePath();
  private static final Path MANIFEST = Path.of("src/test/resources/published-run/finetunejob.yaml");

  @TempDir Path folder;

  @Test
  void resultIsPublishedWhenItsStoreIsBackAndNothingIsTrainedAgain() throws Exception {
    try (ResultStore store = new ResultStore();
        ExecutorService user = Executors.newSingleThreadExecutor()) {
      tellTheStory(store);
      Files.createDirectories(DATA);
      Files.deleteIfExists(DATA.resolve("cluster/kubeconfig"));
      Future<StoreOutage> outage = user.submit(() -> StoreOutage.whileTraining(DATA, JOB, store));

      RunResult result = runFor(user);

      StoreOutage seen = outage.get();
      assertThat(seen.failure().reason()).isEqualTo("StorageUnavailable");
      assertThat(seen.suspended().phase()).isEqualTo(Phase.Suspended);
      assertThat(seen.suspended().resources().gpus()).isZero();
      assertThat(seen.secretsOf("train")).isEmpty();
      assertThat(seen.secretsOf("publish")).containsOnly("results");
      assertThat(result.status().phase()).as("%s", result).isEqualTo(Phase.Succeeded);
      assertThat(result.status().run().attempt()).isGreaterThanOrEqualTo(3);
      assertThat(result.status().outputs().getFirst().uri()).isEqualTo("s3://results/harbour");
      assertThat(result.status().conditions())
          .filteredOn(condition -> condition.type().equals("OutputPublished"))
          .extracting(condition -> condition.status() + " " + condition.reason())
          .containsExactly("True Published");
      assertThat(store.names())
          .contains("harbour/adapter_model.safetensors", "harbour/MANIFEST.json");
      assertThat(result.trainerLogs())
          .filteredOn(log -> log.getFileName().toString().contains("-train-"))
          .hasSize(1);
    }
  }

  private void tellTheStory(ResultStore store) throws IOException {
    Files.copy(MANIFEST, folder.resolve("finetunejob.yaml"));
    new ToldStory("A result for a store that comes and goes")
        .withDataOf("02-instruction-tuning-lora")
        .withSecret("results", store.environment())
        .write(folder);
  }

  // Without a run the user would wait for one for ever.
  private RunResult runFor(ExecutorService user) throws IOException, InterruptedException {
    try {
      return new LocalRun(new Installation(HOME), ClusterSource.chosen(), DATA, System.out, false)
          .run(Story.read(folder));
    } catch (IOException | RuntimeException e) {
      user.shutdownNow();
      throw e;
    }
  }
}
