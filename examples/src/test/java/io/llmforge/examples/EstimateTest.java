package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.cli.estimate.ClaimFolders;
import io.llmforge.cli.estimate.EstimateException;
import io.llmforge.cli.estimate.TrainerEstimate;
import io.llmforge.cli.run.Installation;
import io.llmforge.cli.story.Story;
import io.llmforge.crds.plan.TrainingEstimate;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.operator.Rendering;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.desired.PodDefaults;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code llmforge estimate} as it is packaged: the operator's plan, the real trainer's process. */
class EstimateTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();

  @TempDir private Path scratch;

  @Test
  void storyIsEstimatedByTheRealTrainer() throws Exception {
    var estimate = estimate("01-causal-lm-from-scratch", OptionalLong.empty());

    assertThat(estimate.steps().total()).isEqualTo(360);
    assertThat(estimate.rows().training()).isEqualTo(480);
    assertThat(estimate.memory().parameters()).isEqualTo(689_280);
    assertThat(estimate.memory().peak()).isPositive();
  }

  @Test
  void claimThatIsNotOnThisMachineIsAskedFor() {
    assertThatThrownBy(() -> estimate("02-instruction-tuning-lora", OptionalLong.empty()))
        .isInstanceOfSatisfying(
            EstimateException.class, e -> assertThat(e.exitCode()).isEqualTo(66))
        .hasMessageContaining("--volume models=FOLDER");
  }

  @Test
  void memoryThatDoesNotSufficeIsTheTrainersOwnVerdict() {
    assertThatThrownBy(() -> estimate("01-causal-lm-from-scratch", OptionalLong.of(1 << 20)))
        .isInstanceOfSatisfying(
            EstimateException.class, e -> assertThat(e.exitCode()).isEqualTo(80))
        .hasMessageContaining("lower context_length");
  }

  private TrainingEstimate estimate(String folder, OptionalLong memoryBytes) throws Exception {
    Story story = Story.read(HOME.resolve("examples").resolve(folder));
    var claims = new ClaimFolders(Map.of(), story.claims(), scratch.resolve("no-runs"));
    return new TrainerEstimate(new Installation(HOME), memoryBytes, 0)
        .of(plan(story), claims, scratch);
  }

  private static TrainingPlan plan(Story story) {
    var defaults = new PodDefaults(PodDefaults.TRAINER_IMAGE, PodDefaults.ACCELERATOR_RESOURCE);
    return ((Planning.Planned) Rendering.of(story.job(), defaults).decision().planning()).plan();
  }
}
