package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.trainer.conformance.ConformanceRecord;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run decides by itself: sizes, memory, and when to end. */
class GuardedRunTest {

  private static final long MEBIBYTE = 1L << 20;

  @TempDir Path folder;

  @Test
  void whatDataAndDeviceDecideIsSaidAndKept() throws IOException {
    var run =
        TinyRun.instruction(folder)
            .with("/batch/rowsPerDevice", null)
            .with("/sequence/contextLength", null)
            .with("/duration/epochs", null)
            .with("/duration/minimumSteps", 5);

    assertThat(run.run()).as(run.console()).isZero();

    assertThat(run.console())
        .contains(
            "[plan] context_length: 128 rows_per_device: 64 rows_per_step: 64 epochs: 5.0 steps_per_epoch: 1 steps: 5 precision: float32")
        .contains("[memory] weights ")
        .contains("[memory] at most ")
        .contains("[data] train lengths: <=");
    var file = run.workspace.resolve("resolved_plan.json");
    assertThat(run.models.resolve("out/resolved_plan.json")).hasSameBinaryContentAs(file);
    JsonNode resolved = new ObjectMapper().readTree(Files.readString(file));
    assertThat(resolved.at("/decided/rowsPerStep").asInt()).isEqualTo(64);
    assertThat(resolved.at("/plan/batch/rowsPerDevice").isMissingNode()).isTrue();
    assertThat(resolved.at("/rows/train/uncut/rows").asInt()).isEqualTo(64);
    assertThat(resolved.at("/memory/needs/trainedElements").asLong()).isPositive();
    assertThat(resolved.at("/planDigest").asText()).hasSize(64);
  }

  @Test
  void runThatNoLongerImprovesEndsEarlyAlsoWhenItWasInterrupted() throws IOException {
    var straight = stopping(TinyRun.instruction(folder.resolve("straight")));
    var interrupted = stopping(TinyRun.instruction(folder.resolve("interrupted")));

    assertThat(straight.run()).as(straight.console()).isZero();
    assertThat(interrupted.run("step 3] loss")).isEqualTo(75);
    assertThat(interrupted.run()).as(interrupted.console()).isZero();

    for (var run : new TinyRun[] {straight, interrupted}) {
      assertThat(run.console())
          .contains("[early stopping] eval_loss has not been lower than its best")
          .contains("in 2 evaluations")
          .doesNotContain("step 5] loss");
      var progress = ((Completed) run.lastWords()).progress();
      assertThat(progress.step()).isEqualTo(4);
      assertThat(progress.totalSteps()).isEqualTo(4);
    }
  }

  /** No improvement of the first evaluations, at steps 0, 2 and 4, is as large as the threshold. */
  private static TinyRun stopping(TinyRun run) {
    return run.with("/optimizer/learningRate", 1e-6)
        .with("/evaluation/earlyStopping", Map.of("patience", 2, "threshold", 0.5));
  }

  @Test
  void gradientsThatAreNoNumbersAreSkippedThenEndTheRun() throws IOException {
    var run =
        TinyRun.instruction(folder)
            .with("/tuning/alpha", 1e300)
            .with("/evaluation/evaluateFirst", false)
            .with("/evaluation/every/count", 100);

    assertThat(run.run()).isEqualTo(81);

    assertThat(run.console())
        .contains("step 1 is skipped: loss NaN")
        .contains("step 2 is skipped: loss NaN")
        .containsPattern("lines of its rows: \\[\\d+(, \\d+){7}\\]");
    assertThat(((Failed) run.lastWords()).message())
        .contains("[1, 2, 3] had no finite value")
        .contains("lower learning_rate");
    assertThat(run.models.resolve("out")).doesNotExist();
  }

  @Test
  void weightThatIsNoNumberIsRefusedBeforeTraining() throws IOException {
    var run = TinyRun.instruction(folder);
    try (var file =
        new RandomAccessFile(run.models.resolve("base/model.safetensors").toFile(), "rw")) {
      file.seek(file.length() - Float.BYTES);
      file.writeInt(Integer.reverseBytes(Float.floatToIntBits(Float.NaN)));
    }

    assertThat(run.run()).isEqualTo(78);

    assertThat(((Failed) run.lastWords()).message())
        .contains("holds values that are not finite")
        .contains("model.norm.weight");
    assertThat(run.console()).doesNotContain("] loss: ");
    ConformanceRecord.refused(GoldenTest.ARTEFACTS, "a weight that is NaN").append();
  }

  @Test
  void modelThatKnowsNothingIsWarnedOf() throws IOException {
    var run =
        TinyRun.causal(folder)
            .with("/duration/epochs", 3.0)
            .with("/optimizer/learningRate", 1e-9)
            .with("/evaluation/every/count", 100);

    assertThat(run.run()).isZero();

    assertThat(run.console()).containsOnlyOnce("no better than guessing (5.59)");
  }

  @Test
  void modelThatDoesNotFitIsRefusedBeforeItIsLoaded() throws IOException {
    var run = TinyRun.causal(folder).withAvailableMemory(420 * MEBIBYTE);

    assertThat(run.run()).isEqualTo(80);

    var failed = (Failed) run.lastWords();
    assertThat(failed.code()).isEqualTo(FailureCode.ACCELERATOR_OUT_OF_MEMORY);
    assertThat(failed.message())
        .startsWith("cpu has 0.0 MiB to use (420.0 MiB available), and training needs at least")
        .contains("lower context_length");
  }

  @Test
  void heaviestStepIsRehearsedWhenMemoryIsTightAndChangesNothing() throws IOException {
    var roomy = TinyRun.instruction(folder.resolve("roomy"));
    // 0.9 of it, less what is reserved, leaves a little over 2 MiB for weights and one micro-batch.
    var tight = TinyRun.instruction(folder.resolve("tight")).withAvailableMemory(430 * MEBIBYTE);

    assertThat(roomy.run()).as(roomy.console()).isZero();
    assertThat(tight.run()).as(tight.console()).isZero();

    assertThat(roomy.console()).doesNotContain("rehearsal");
    assertThat(tight.console()).contains("[memory] rehearsal with the rows of step ");
    assertThat(tight.models.resolve("out/adapter_model.safetensors"))
        .hasSameBinaryContentAs(roomy.models.resolve("out/adapter_model.safetensors"));
  }
}
