package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Stopped;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.ConformanceRecord;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was interrupted ends bit for bit as one that was not; eight steps, with dropout. */
class ResumeTest {

  @TempDir Path folder;
  private TinyRun straight;
  private TinyRun interrupted;

  @BeforeEach
  void runStraight() throws IOException {
    straight = TinyRun.instruction(folder.resolve("straight"));
    interrupted = TinyRun.instruction(folder.resolve("interrupted"));
    assertThat(straight.run()).as(straight.console()).isZero();
  }

  @Test
  void stoppedRunGoesOnAsIfNothingHadHappened() throws IOException {
    stopAfterStep(4);

    assertThat(interrupted.run()).as(interrupted.console()).isZero();

    assertThat(interrupted.console())
        .contains("from_step: 4")
        .containsOnlyOnce("[data] rows of an earlier attempt are used");
    checkSameEnd("4 steps and 4 steps");
  }

  /** Masks depend on the seed, the step and the micro-batch, not on what was drawn before. */
  @Test
  void dropoutGoesOnAsIfNothingHadHappened() throws IOException {
    stopAfterStep(4);

    assertThat(interrupted.run()).isZero();

    checkSameEnd(
        new Agreement(GoldenTest.LORA_DROPOUT, "masks of a resumed run, dropout 0.1"), straight, 8);
  }

  /** One step before the end of the first of two epochs, at its end, and one step behind. */
  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9})
  void edgeOfAnEpochIsResumedToo(int step) throws IOException {
    var twoEpochs = TinyRun.instruction(folder.resolve("two")).with("/duration/epochs", 2.0);
    assertThat(twoEpochs.run()).isZero();
    interrupted.with("/duration/epochs", 2.0);
    stopAfterStep(step);

    assertThat(interrupted.run()).isZero();

    checkSameEnd(
        new Agreement(GoldenTest.RESUME, "epochs of 8 steps, stopped after step " + step),
        twoEpochs,
        16);
  }

  /** A seed decides rows and masks: what a run that forgot where it was would draw. */
  @Test
  void runThatDrewOtherMasksIsCaught() throws IOException {
    interrupted.with("/seed", 43);
    assertThat(interrupted.run()).isZero();
    var agreement = new Agreement(GoldenTest.RESUME, "another seed");
    var file = "trainer/weights.safetensors";
    try (var ours =
            SafetensorsFile.open(checkpoint(interrupted, "checkpoint-000008").resolve(file));
        var theirs =
            SafetensorsFile.open(checkpoint(straight, "checkpoint-000008").resolve(file))) {
      for (var i = 0; i < theirs.tensors().size(); i++) {
        var expected = theirs.tensors().get(i);
        agreement.add(expected.name(), ours.tensors().get(i).toFloats(), expected.toFloats(), 1e-6);
      }
    }

    agreement.checkCaught(1000);
  }

  @Test
  void damagedRowsAreMadeAnew() throws IOException {
    stopAfterStep(4);
    Path cache;
    try (Stream<Path> caches = Files.list(interrupted.workspace.resolve("rows"))) {
      cache = caches.findFirst().orElseThrow();
    }
    Files.write(cache.resolve("train.tokens"), new byte[100]);

    assertThat(interrupted.run()).isZero();

    assertThat(interrupted.console()).contains("is damaged and made anew");
    checkSameEnd("rows made anew");
  }

  @Test
  void stopBetweenEvaluationsIsResumedToo() throws IOException {
    stopAfterStep(3);
    assertThat(((Stopped) interrupted.lastWords()).checkpoint()).isEqualTo("checkpoint-000003");

    assertThat(interrupted.run()).isZero();

    checkSameEnd("stopped between evaluations");
  }

  @Test
  void damagedNewestCheckpointIsPassedOver() throws IOException {
    stopAfterStep(5);
    Path newest = checkpoint(interrupted, "checkpoint-000005");
    Files.write(newest.resolve("trainer/weights.safetensors"), new byte[100]);

    assertThat(interrupted.run()).isZero();

    assertThat(interrupted.console())
        .contains("checkpoint-000005 is passed over")
        .contains("from_step: 4");
    checkSameEnd("newest checkpoint damaged");
  }

  @Test
  void saveThatWasKilledHalfWayIsCleared() throws IOException {
    stopAfterStep(4);
    Path complete = checkpoint(interrupted, "checkpoint-000004");
    Path half =
        Files.createDirectories(complete.resolveSibling(".checkpoint-000005.partial/trainer"));
    Files.copy(
        complete.resolve("trainer/weights.safetensors"), half.resolve("weights.safetensors"));

    assertThat(interrupted.run()).isZero();

    assertThat(half).doesNotExist();
    checkSameEnd("save that was killed half way");
  }

  @Test
  void changedDataAreNotContinuedOn() throws IOException {
    stopAfterStep(4);
    Path train = interrupted.data.resolve("train.jsonl");
    Files.writeString(train, Files.readString(train).replace("Is 7 even", "Is 8 even"));

    assertThat(interrupted.run()).isEqualTo(65);

    ConformanceRecord.refused(GoldenTest.RESUME, "other rows than the run began with").append();
  }

  @Test
  void requestBeforeTheFirstStepStopsWithACheckpointToo() throws IOException {
    assertThat(interrupted.run("[data] train")).isEqualTo(75);
    assertThat(((Stopped) interrupted.lastWords()).checkpoint()).isEqualTo("checkpoint-000000");

    assertThat(interrupted.run()).as(interrupted.console()).isZero();

    checkSameEnd("stopped before the first step");
  }

  @Test
  void terminatedProcessSavesAndEndsWith75() throws Exception {
    interrupted
        .with("/duration/epochs", 2000.0)
        .with("/evaluation/every/unit", "EPOCHS")
        .with("/evaluation/every/count", 1000);
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Trainer.class.getName()));
    command.addAll(interrupted.arguments());
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(PodContract.TERMINATION_LOG, interrupted.terminationLog().toString());
    Process process = builder.start();
    var log = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.append(line).append('\n');
        if (line.contains("] loss: ")) {
          process.toHandle().destroy();
        }
      }
    }

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(process.exitValue()).as(log.toString()).isEqualTo(75);
    var stopped =
        (Stopped)
            PlanJson.read(Files.readString(interrupted.terminationLog()), TrainingReport.class);
    assertThat(stopped.progress().step()).isPositive();
    assertThat(checkpoint(interrupted, stopped.checkpoint()).resolve("MANIFEST.json")).exists();
  }

  private void stopAfterStep(int step) throws IOException {
    assertThat(interrupted.run("step %d] loss".formatted(step)))
        .as(interrupted.console())
        .isEqualTo(75);
    assertThat(interrupted.lastWords()).isInstanceOf(Stopped.class);
    assertThat(interrupted.models.resolve("out")).doesNotExist();
  }

  private void checkSameEnd(String how) throws IOException {
    checkSameEnd(new Agreement(GoldenTest.RESUME, how), straight, 8);
  }

  private void checkSameEnd(Agreement agreement, TinyRun uninterrupted, int steps)
      throws IOException {
    agreement.addExact(
        "published step",
        ((Completed) interrupted.lastWords()).output().step(),
        ((Completed) uninterrupted.lastWords()).output().step());
    new RunEnd(interrupted, steps).addTensors(agreement, new RunEnd(uninterrupted, steps));
    agreement.addExact("metrics", trajectory(interrupted), trajectory(uninterrupted));
    agreement.check();
  }

  /** What the metrics file says, without times. */
  private static List<String> trajectory(TinyRun run) throws IOException {
    var lines = new ArrayList<String>();
    for (String line : Files.readAllLines(run.workspace.resolve("metrics.jsonl"))) {
      JsonNode metrics = new ObjectMapper().readTree(line);
      lines.add(
          Stream.of(
                  "step",
                  "epoch",
                  "loss",
                  "eval_loss",
                  "learning_rate",
                  "grad_norm",
                  "trained_tokens")
              .map(name -> name + "=" + metrics.path(name).asText())
              .toList()
              .toString());
    }
    return lines;
  }

  private static Path checkpoint(TinyRun run, String name) throws IOException {
    return new RunEnd(run, 8).checkpoint(name);
  }
}
