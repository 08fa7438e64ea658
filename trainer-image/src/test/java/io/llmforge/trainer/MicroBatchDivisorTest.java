package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.PlanJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Smaller micro-batches make the same steps: the same rows, the same losses but for rounding. */
class MicroBatchDivisorTest {

  /** float32 sums of 8 rows in another order, through 8 steps of the optimizer. */
  private static final double ROUNDING = 2e-4;

  @TempDir Path folder;

  @Test
  void dividedMicroBatchesLearnTheSame() throws IOException {
    var planned = TinyRun.causal(folder.resolve("planned"));
    var divided = TinyRun.causal(folder.resolve("divided")).withMicroBatchesDividedBy(8);

    assertThat(planned.run()).as(planned.console()).isZero();
    assertThat(divided.run()).as(divided.console()).isZero();

    assertThat(microBatchTokens(divided)).isEqualTo(microBatchTokens(planned) / 8);
    List<JsonNode> expected = steps(planned);
    List<JsonNode> actual = steps(divided);
    assertThat(actual).hasSameSizeAs(expected).hasSize(8);
    for (int step = 0; step < expected.size(); step++) {
      assertThat(actual.get(step).get("tokens")).isEqualTo(expected.get(step).get("tokens"));
      assertThat(actual.get(step).get("loss").asDouble())
          .isCloseTo(expected.get(step).get("loss").asDouble(), within(ROUNDING));
      assertThat(actual.get(step).get("grad_norm").asDouble())
          .isCloseTo(expected.get(step).get("grad_norm").asDouble(), within(10 * ROUNDING));
    }
  }

  @Test
  void runThatGoesOnChangesToSmallerMicroBatches() throws IOException {
    var run = TinyRun.causal(folder);
    assertThat(run.run("step 4]")).as(run.console()).isEqualTo(75);
    int before = microBatchTokens(run);

    run.withMicroBatchesDividedBy(2);
    assertThat(run.run()).as(run.console()).isZero();

    assertThat(microBatchTokens(run)).isEqualTo(before / 2);
    assertThat(run.console()).contains("from_step: 4");
    assertThat(steps(run)).hasSize(8);
  }

  private static int microBatchTokens(TinyRun run) throws IOException {
    String resolved = Files.readString(run.workspace.resolve("resolved_plan.json"));
    return PlanJson.read(resolved, JsonNode.class).get("memory").get("microBatchTokens").asInt();
  }

  private static List<JsonNode> steps(TinyRun run) throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    for (String line : Files.readAllLines(run.workspace.resolve("metrics.jsonl"))) {
      JsonNode values = PlanJson.read(line, JsonNode.class);
      if (values.has("loss")) {
        steps.add(values);
      }
    }
    return steps;
  }
}
