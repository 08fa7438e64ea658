package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingEstimate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is estimated is what a run then does. */
class EstimateTest {

  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @TempDir private Path folder;

  @Test
  void stepsTokensAndEvaluationsAreThoseOfTheRun() throws IOException {
    var run = TinyRun.causal(folder);

    var estimate = estimated(run);
    assertThat(run.run()).isZero();

    var metrics =
        Files.readAllLines(run.workspace.resolve("metrics.jsonl")).stream()
            .map(EstimateTest::read)
            .toList();
    assertThat(estimate.steps().total())
        .isEqualTo(metrics.stream().filter(line -> line.has("loss")).count());
    assertThat(estimate.steps().evaluations())
        .isEqualTo(metrics.stream().filter(line -> line.has("eval_loss")).count());
    assertThat(estimate.rows().trainingTokens())
        .isEqualTo(metrics.stream().mapToLong(line -> line.path("tokens").asLong()).sum());
    assertThat(estimate.rows().learnedTokens())
        .isEqualTo(metrics.stream().mapToLong(line -> line.path("targets").asLong()).sum());
    assertThat(estimate.speed()).isNull();
  }

  @Test
  void memoryIsThatOfTheRunsOwnPlan() throws IOException {
    var run = TinyRun.instruction(folder);

    var memory = estimated(run, PodContract.MEMORY_ARGUMENT + (8L << 30)).memory();
    assertThat(run.run()).isZero();

    var planned =
        read(Files.readString(run.workspace.resolve("resolved_plan.json"))).path("memory");
    assertThat(memory.weights()).isEqualTo(planned.at("/needs/weightBytes").asLong());
    assertThat(memory.optimizer()).isEqualTo(planned.at("/needs/optimizerBytes").asLong());
    assertThat(memory.trained()).isEqualTo(planned.at("/needs/trainedElements").asLong());
    assertThat(memory.usableBytes()).isLessThan(8L << 30);
    assertThat(memory.peak())
        .isEqualTo(
            memory.weights()
                + memory.gradients()
                + memory.optimizer()
                + memory.activations()
                + memory.passing());
  }

  @Test
  void measuredStepsTellTheTimeAndLeaveNoModel() throws IOException {
    var run = TinyRun.instruction(folder);

    var speed = estimated(run, PodContract.MEASURED_STEPS_ARGUMENT + 2).speed();

    assertThat(speed).isNotNull();
    assertThat(speed.steps()).isEqualTo(2);
    assertThat(speed.tokensPerSecond()).isPositive();
    assertThat(speed.evaluationTokensPerSecond()).isPositive();
    assertThat(speed.seconds()).isPositive();
    assertThat(run.models.resolve("out")).doesNotExist();
    assertThat(run.workspace.resolve("checkpoints")).doesNotExist();
  }

  @Test
  void memoryThatDoesNotSufficeEndsWith80AndSaysWhatToChange() throws IOException {
    var run = TinyRun.causal(folder);

    assertThat(estimate(run, PodContract.MEMORY_ARGUMENT + 1000)).isEqualTo(80);

    assertThat(console()).contains("AcceleratorOutOfMemory: ").contains("lower context_length");
  }

  @Test
  void pairsAreNotMeasuredAndItIsSaid() throws IOException {
    var run = TinyRun.preference(folder);

    assertThat(estimate(run)).isZero();
    assertThat(estimate(run, PodContract.MEASURED_STEPS_ARGUMENT + 2)).isEqualTo(78);

    assertThat(console()).contains("preference_tuning need the reference's scores");
  }

  @Test
  void wrongNumberIsNamed() throws IOException {
    assertThat(estimate(TinyRun.causal(folder), PodContract.MEMORY_ARGUMENT + "much"))
        .isEqualTo(64);

    assertThat(console()).contains("--memory-bytes= needs a whole number, was 'much'");
  }

  private TrainingEstimate estimated(TinyRun run, String... more) throws IOException {
    assertThat(estimate(run, more)).as(() -> console()).isZero();
    return PlanJson.read(
        Files.readString(run.workspace.resolve(PodContract.ESTIMATE_FILE)), TrainingEstimate.class);
  }

  private int estimate(TinyRun run, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(run.arguments());
    arguments.set(0, PodContract.ESTIMATE_COMMAND);
    arguments.addAll(List.of(more));
    var out = new PrintStream(console, true, StandardCharsets.UTF_8);
    return new Trainer(new TrainerSurroundings(Map.of(), out, Clock.systemUTC())).run(arguments);
  }

  private String console() {
    return console.toString(StandardCharsets.UTF_8);
  }

  private static JsonNode read(String json) {
    try {
      return PlanJson.read(json, JsonNode.class);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
