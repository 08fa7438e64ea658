package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.checkpoint.SafetensorsWriter;
import io.llmforge.trainer.checkpoint.WeightsFolder;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs whose plan asks for bfloat16. */
class Bfloat16RunTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Every task, and with causal_lm full-parameter training. */
  private enum Task {
    CAUSAL_LM,
    INSTRUCTION_TUNING,
    CLASSIFICATION,
    PREFERENCE_TUNING
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Task.class)
  void everyTaskLearns(Task task) throws IOException {
    var run = of(task, folder).with("/duration/epochs", 2.0);
    var sameInFloat32 =
        of(task, folder.resolve("float32"))
            .with("/duration/epochs", 2.0)
            .with("/precision", "FLOAT32");

    assertThat(end(task, run)).as(run.console()).isZero();
    assertThat(end(task, sameInFloat32)).as(sameInFloat32.console()).isZero();

    assertThat(run.console()).contains("precision: bfloat16");
    assertThat(resolved(run).at("/decided/computesIn").asText()).isEqualTo("bfloat16");
    var losses = losses(run);
    var others = losses(sameInFloat32);
    assertThat(losses).hasSameSizeAs(others).isNotEqualTo(others).allMatch(Double::isFinite);
    assertThat(losses.getLast()).isLessThan(losses.getFirst());
    for (var i = 0; i < losses.size(); i++) {
      assertThat(Math.abs(losses.get(i) - others.get(i))).as("evaluation %d", i).isLessThan(0.1);
    }
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void stoppedRunGoesOnAsIfNothingHadHappened(Task task) throws IOException {
    var straight = of(task, folder.resolve("straight"));
    var interrupted = of(task, folder.resolve("interrupted"));

    assertThat(end(task, straight)).as(straight.console()).isZero();
    if (task == Task.PREFERENCE_TUNING) {
      assertThat(interrupted.score(0) + interrupted.score(1)).isZero();
    }
    assertThat(interrupted.run("step 3] loss")).as(interrupted.console()).isEqualTo(75);
    assertThat(interrupted.run()).as(interrupted.console()).isZero();

    var agreement = new Agreement(GoldenTest.RESUME, "stopped in bfloat16, " + task);
    for (var file : List.of("trainer/weights.safetensors", "trainer/optimizer.safetensors")) {
      agreement.addExact(file, digest(interrupted, file), digest(straight, file));
    }
    agreement.addExact("evaluations", losses(interrupted), losses(straight));
    agreement.check();
  }

  @ParameterizedTest
  @CsvSource({"F32, FLOAT32", "F32, BFLOAT16", "BF16, FLOAT32", "BF16, BFLOAT16", "F16, BFLOAT16"})
  void whatIsPublishedHasTheTypeOfTheBase(ElementType type, String precision) throws IOException {
    var run = TinyRun.causal(folder).with("/precision", precision);
    var weights = run.models.resolve("base/model.safetensors");
    rewrite(weights, type);

    assertThat(run.run()).as(run.console()).isZero();

    try (var published = WeightsFolder.open(run.models.resolve("out"))) {
      assertThat(published.elementType()).isEqualTo(type);
    }
  }

  @Test
  void mergedModelHasTheTypeOfTheBase() throws IOException {
    var run = of(Task.CLASSIFICATION, folder);
    rewrite(run.models.resolve("base/model.safetensors"), ElementType.BF16);

    assertThat(run.run()).as(run.console()).isZero();

    try (var published = WeightsFolder.open(run.models.resolve("out"))) {
      assertThat(published.elementType()).isEqualTo(ElementType.BF16);
    }
    try (var adapter =
        SafetensorsFile.open(run.models.resolve("out/adapter/adapter_model.safetensors"))) {
      assertThat(adapter.tensors()).isNotEmpty();
    }
  }

  @Test
  void processorComputesInFloat32WhereThePlanLeavesIt() throws IOException {
    var run = TinyRun.causal(folder).with("/precision", "AUTO");

    assertThat(run.run()).as(run.console()).isZero();

    assertThat(resolved(run).at("/decided/computesIn").asText()).isEqualTo("float32");
    assertThat(resolved(run).at("/memory/needs/precision").asText()).isEqualTo("FLOAT32");
  }

  /** As if it had begun on a device that prefers bfloat16. */
  @Test
  void runThatWasLeftToTheDeviceKeepsWhatItBeganWith() throws IOException {
    var run = TinyRun.causal(folder).with("/precision", "AUTO");
    assertThat(run.run("step 3] loss")).isEqualTo(75);
    var file = run.workspace.resolve("resolved_plan.json");
    var begun = Files.readString(file);
    assertThat(begun).contains("\"precision\" : \"FLOAT32\"");
    Files.writeString(
        file, begun.replace("\"precision\" : \"FLOAT32\"", "\"precision\" : \"BFLOAT16\""));

    assertThat(run.run()).isNotZero();

    assertThat(((Failed) run.lastWords()).message())
        .contains("checkpoint-000003 was computed in float32, this attempt computes in bfloat16")
        .contains("start a new run");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT32", "BFLOAT16"})
  void otherPrecisionInThePlanIsAnotherRun(String second) throws IOException {
    var first = second.equals("FLOAT32") ? "BFLOAT16" : "FLOAT32";
    var run = TinyRun.causal(folder).with("/precision", first);
    assertThat(run.run("step 3] loss")).isEqualTo(75);

    assertThat(run.with("/precision", second).run()).as(run.console()).isZero();

    assertThat(run.console()).contains("from_step: 0").doesNotContain("from_step: 3");
  }

  private static TinyRun of(Task task, Path folder) throws IOException {
    var run =
        switch (task) {
          case CAUSAL_LM -> TinyRun.causal(folder);
          case INSTRUCTION_TUNING -> TinyRun.instruction(folder);
          case CLASSIFICATION -> TinyRun.classification(folder, List.of("hot", "mild", "cold"));
          case PREFERENCE_TUNING -> TinyRun.preference(folder);
        };
    return run.with("/precision", "BFLOAT16");
  }

  private static int end(Task task, TinyRun run) throws IOException {
    if (task == Task.PREFERENCE_TUNING) {
      assertThat(run.score(0)).as(run.console()).isZero();
      assertThat(run.score(1)).as(run.console()).isZero();
    }
    return run.run();
  }

  private static void rewrite(Path file, ElementType type) throws IOException {
    var other = file.resolveSibling("other.safetensors");
    try (var weights = SafetensorsFile.open(file)) {
      SafetensorsWriter.write(other, weights.tensors(), type, Map.of());
    }
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static JsonNode resolved(TinyRun run) throws IOException {
    return JSON.readTree(Files.readString(run.workspace.resolve("resolved_plan.json")));
  }

  private static List<Double> losses(TinyRun run) throws IOException {
    var losses = new ArrayList<Double>();
    for (String line : Files.readAllLines(run.workspace.resolve("metrics.jsonl"))) {
      JsonNode loss = JSON.readTree(line).path("eval_loss");
      if (loss.isNumber()) {
        losses.add(loss.asDouble());
      }
    }
    return losses;
  }

  private static String digest(TinyRun run, String file) throws IOException {
    try (Stream<Path> plans = Files.list(run.workspace.resolve("checkpoints"));
        Stream<Path> checkpoints = Files.list(plans.findFirst().orElseThrow())) {
      Path last = checkpoints.filter(Files::isDirectory).sorted().toList().getLast();
      return Sha256.of(last.resolve(file));
    }
  }
}
