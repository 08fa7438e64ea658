package io.llmforge.examples;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.LocalRun;
import io.llmforge.cli.run.RunResult;
import io.llmforge.cli.story.Story;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Reference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Stage;
import io.llmforge.localcluster.ClusterSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The rows of story 05, end to end, with a trainer that works beside the pods that score: its
 * adapter is that of a run that scored first, byte for byte.
 */
@Execution(ExecutionMode.SAME_THREAD)
class StreamedRunTest {

  private static final int SHARDS = 2;
  private static final long PAIRS = 720 + 96;
  private static final long PATIENCE_MINUTES = 5;
  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path DATA = Path.of("target", "streamed-run").toAbsolutePath();
  private static final Path MANIFEST = Path.of("src/test/resources/streamed-run/finetunejob.yaml");

  @TempDir Path folder;

  @Test
  void trainerThatIsFedEndsWithTheBytesOfOneThatWaited() throws Exception {
    RunResult waited = run("Sequential");

    FineTuneJobStatus both;
    RunResult fed;
    try (ExecutorService onlooker = Executors.newSingleThreadExecutor()) {
      Path kubeconfig = DATA.resolve("Streaming/cluster/kubeconfig");
      Files.deleteIfExists(kubeconfig);
      Future<FineTuneJobStatus> looking = onlooker.submit(() -> bothAtWork(kubeconfig));
      fed = run("Streaming");
      both = looking.get();
    }

    assertThat(waited.status().phase()).as("%s", waited).isEqualTo(Phase.Succeeded);
    assertThat(fed.status().phase()).as("%s", fed).isEqualTo(Phase.Succeeded);
    assertThat(both.reference().done()).isLessThan(SHARDS);
    assertThat(fed.status().reference()).isEqualTo(new Reference(SHARDS, SHARDS, PAIRS, 0L));
    for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
      assertThat(published("Streaming", file))
          .hasSameBinaryContentAs(published("Sequential", file));
    }
  }

  private RunResult run(String mode) throws IOException, InterruptedException {
    Path story = Files.createDirectories(folder.resolve(mode));
    Files.writeString(
        story.resolve("finetunejob.yaml"),
        Files.readString(MANIFEST).replace("mode: Streaming", "mode: " + mode));
    new ToldStory("A trainer beside the pods that score")
        .withDataOf("05-preference-tuning")
        .withClaim("models", Map.of())
        .write(story);
    return new LocalRun(
            new Installation(HOME), ClusterSource.chosen(), DATA.resolve(mode), System.out, false)
        .run(Story.read(story));
  }

  /** The status of a run whose trainer has begun and whose reference is not complete. */
  private static FineTuneJobStatus bothAtWork(Path kubeconfig)
      throws IOException, InterruptedException {
    while (!Files.exists(kubeconfig) || Files.size(kubeconfig) == 0) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      while (client.getApiResources("llmforge.io/v1alpha1") == null) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      return client
          .resources(FineTuneJob.class)
          .inNamespace(client.getNamespace())
          .withName("streamed")
          .waitUntilCondition(StreamedRunTest::hasBothAtWork, PATIENCE_MINUTES, MINUTES)
          .getStatus();
    }
  }

  private static boolean hasBothAtWork(FineTuneJob job) {
    return job != null
        && job.getStatus() != null
        && job.getStatus().run() != null
        && job.getStatus().run().stage() == Stage.Train
        && job.getStatus().reference() != null
        && job.getStatus().reference().done() < job.getStatus().reference().shards();
  }

  private static Path published(String mode, String file) {
    return DATA.resolve(mode).resolve("cluster/volumes/default/models/streamed").resolve(file);
  }
}
