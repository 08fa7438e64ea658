package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.LocalRun;
import io.llmforge.cli.run.RunResult;
import io.llmforge.cli.story.Story;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A job that is restored into a new cluster, end to end: the claim of its results came along, its
 * status and workspace did not. No pod of it asks for an accelerator.
 */
@Execution(ExecutionMode.SAME_THREAD)
class AdoptedRunTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path DATA = Path.of("target", "adopted-run").toAbsolutePath();
  private static final Path MANIFEST = Path.of("src/test/resources/adopted-run/finetunejob.yaml");

  @TempDir Path folder;

  @Test
  void restoredJobTakesOverItsResult() throws Exception {
    RunResult trained = run("before", Map.of());
    Path published = DATA.resolve("before/cluster/volumes/default/models/restored");

    RunResult restored = run("after", Map.of("restored", published.toString()));

    FineTuneJobStatus status = restored.status();
    assertThat(trained.status().phase()).as("%s", trained).isEqualTo(Phase.Succeeded);
    assertThat(status.phase()).as("%s", restored).isEqualTo(Phase.Succeeded);
    assertThat(trained.status().outputs().getFirst().adopted()).isNull();
    assertThat(status.outputs().getFirst().adopted()).isTrue();
    assertThat(status.outputs().getFirst().digest())
        .isEqualTo(trained.status().outputs().getFirst().digest());
    assertThat(status.metrics()).isEqualTo(trained.status().metrics());
    assertThat(status.conditions())
        .filteredOn(condition -> condition.type().equals("Complete"))
        .extracting(JobCondition::reason)
        .containsExactly("Adopted");
    assertThat(restored.trainerLogs())
        .singleElement()
        .satisfies(log -> assertThat(log.toString()).contains("-preflight-"))
        .satisfies(log -> assertThat(text(log)).contains("[adopt]"));
  }

  private RunResult run(String name, Map<String, String> results)
      throws IOException, InterruptedException {
    Path story = Files.createDirectories(folder.resolve(name));
    Files.copy(MANIFEST, story.resolve("finetunejob.yaml"));
    new ToldStory("A job " + name + " its restore")
        .withDataOf("01-causal-lm-from-scratch")
        .withClaim("models", results)
        .write(story);
    return new LocalRun(
            new Installation(HOME), ClusterSource.chosen(), DATA.resolve(name), System.out, false)
        .run(Story.read(story));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
