package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.tracking.WandbStandIn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs that are told to a tracking server. */
class TrackedRunTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "local-0123456789";

  @TempDir Path folder;

  /** The run is stopped at a step that is evaluated afterwards: both are in one row. */
  @Test
  void stoppedRunIsOneRunWithOneRowForEachStep() throws Exception {
    try (var server = new WandbStandIn()) {
      var run = run(server);
      assertThat(run.run("step 4] loss")).as(run.console()).isEqualTo(75);
      var stoppedAt = server.rows().size();

      assertThat(run.run()).as(run.console()).isZero();

      assertThat(stoppedAt).isPositive();
      var metrics = Files.readAllLines(run.workspace.resolve("metrics.jsonl"));
      assertThat(server.rows().values())
          .extracting(row -> row.path("_step").asLong())
          .containsExactlyElementsOf(
              metrics.stream().map(line -> read(line).path("step").asLong()).distinct().toList());
      for (var line : metrics) {
        checkRow(server, read(line));
      }
      checkRun(server);
      assertThat(run.console())
          .contains("[tracking] run 'tiny-1' on " + server.address())
          .doesNotContain(KEY);
    }
  }

  private static void checkRow(WandbStandIn server, JsonNode measured) {
    var row =
        server.rows().values().stream()
            .filter(it -> it.path("_step").equals(measured.path("step")))
            .findFirst()
            .orElseThrow();
    assertThat(List.of("loss", "eval_loss", "train_loss_batch", "trained_tokens"))
        .filteredOn(measured::has)
        .isNotEmpty()
        .allSatisfy(
            name ->
                assertThat(row.path(name).asDouble())
                    .as(name)
                    .isEqualTo(measured.path(name).asDouble()));
  }

  private static void checkRun(WandbStandIn server) {
    assertThat(server.asked())
        .hasSize(4)
        .extracting(question -> question.path("variables").path("name").asText())
        .containsOnly(server.asked().getFirst().path("variables").path("name").asText());
    assertThat(server.asked().getLast().path("variables").path("displayName").asText())
        .isEqualTo("tiny-1");
    assertThat(server.told().stream().filter(part -> part.has("exitcode")))
        .extracting(part -> part.path("exitcode").asInt())
        .containsExactly(75, 0);
    var last =
        server.told().stream()
            .map(part -> part.path("files").path("wandb-summary.json").path("content").path(0))
            .filter(JsonNode::isTextual)
            .reduce((earlier, later) -> later)
            .orElseThrow();
    assertThat(last.asText())
        .contains("\"llmforge_output\":\"pvc://models/out\"", "llmforge_output_digest");
  }

  private TinyRun run(WandbStandIn server) throws Exception {
    return TinyRun.instruction(folder)
        .withEnvironment(
            Map.of("WANDB_API_KEY", KEY, "WANDB_BASE_URL", server.address().toString()))
        .with(
            "/tracking",
            Map.of("provider", "wandb", "place", Map.of(), "labels", Map.of("tags", List.of())));
  }

  private static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }
}
