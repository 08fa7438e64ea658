package io.llmforge.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkWorkerTest {

  private static final Path FIXTURES = Path.of("src/test/resources/fixtures").toAbsolutePath();
  private static final ObjectMapper JSON = new ObjectMapper();

  private static TorchRuntime runtime;

  @TempDir private Path folder;

  @BeforeAll
  static void loadTorch() {
    runtime = TorchRuntime.start();
  }

  @AfterAll
  static void unloadTorch() {
    runtime.close();
  }

  @Test
  void stepsOfAnAdapterLowerTheLoss() throws IOException {
    var benchmark = read("supervised", "\"" + FIXTURES.resolve("lora/projections") + "\"");

    var answers = answers(benchmark, "step", "step", "step", "end", "step");

    assertThat(answers).hasSize(4);
    assertThat(answers.getFirst().path("ready").asBoolean()).isTrue();
    assertThat(answers.get(3).path("loss").asDouble())
        .isLessThan(answers.get(1).path("loss").asDouble());
    assertThat(answers.get(1).path("gradient_norm").asDouble()).isPositive();
    assertThat(answers.get(1).path("seconds").asDouble()).isPositive();
  }

  @Test
  void pairsBeginAtTheLogarithmOfTwoAndMoveApart() throws IOException {
    var adapter = "\"" + FIXTURES.resolve("lora/projections") + "\"";

    var answers = answers(read("preference", adapter), "step", "step", "step");

    assertThat(answers.get(1).path("loss").asDouble()).isCloseTo(Math.log(2), within(1e-6));
    assertThat(answers.get(3).path("loss").asDouble()).isLessThan(Math.log(2) - 1e-4);
  }

  @Test
  void scoringChangesNothing() throws IOException {
    var answers = answers(read("reference", "null"), "step", "step");

    assertThat(answers.get(2).path("loss")).isEqualTo(answers.get(1).path("loss"));
  }

  @Test
  void productsAndMemoryAreMeasured() throws IOException {
    var answers = answers(read("reference", "null"), "product 64 32 16", "memory");

    assertThat(answers.get(1).path("seconds").asDouble()).isBetween(1e-9, 1.0);
    assertThat(answers.get(2).path("peak_resident_bytes").asDouble()).isGreaterThan(1 << 20);
  }

  @Test
  void whatItDoesNotKnowIsRefused() {
    assertThatThrownBy(() -> answers(read("reference", "null"), "stop"))
        .hasMessageContaining("'stop' is no command; use step, product, memory or end");
    assertThatThrownBy(() -> read("distillation", "null"))
        .hasMessageContaining("task 'distillation' is unknown");
  }

  private BenchmarkCase read(String task, String adapter) throws IOException {
    var file = folder.resolve("case.json");
    Files.writeString(
        file,
        """
        {"task": "%s", "model": "%s", "adapter": %s, "learning_rate": 0.01,
         "documents": [
           {"ids": [5, 6, 7, 8], "labels": [-100, 6, 7, 8]},
           {"ids": [9, 10, 11], "labels": [-100, 10, 11]}]}
        """
            .formatted(task, FIXTURES.resolve("models/llama"), adapter));
    return BenchmarkCase.read(file);
  }

  private static List<JsonNode> answers(BenchmarkCase benchmark, String... commands)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (var steps = CaseSteps.load(runtime, benchmark)) {
      var lines = new BufferedReader(new StringReader(String.join("\n", commands)));
      new BenchmarkWorker(runtime, steps, new MatrixProductPeak(runtime), out).answer(lines);
    }
    var answers = new ArrayList<JsonNode>();
    for (var line : bytes.toString(StandardCharsets.UTF_8).lines().toList()) {
      answers.add(JSON.readTree(line));
    }
    return answers;
  }
}
