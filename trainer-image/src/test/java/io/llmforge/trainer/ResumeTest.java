package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Stopped;
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
    assertSameEnd();
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
    assertSameEnd();
  }

  @Test
  void stopBetweenEvaluationsIsResumedToo() throws IOException {
    stopAfterStep(3);
    assertThat(((Stopped) interrupted.lastWords()).checkpoint()).isEqualTo("checkpoint-000003");

    assertThat(interrupted.run()).isZero();

    assertSameEnd();
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
    assertSameEnd();
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
    assertSameEnd();
  }

  @Test
  void changedDataAreNotContinuedOn() throws IOException {
    stopAfterStep(4);
    Path train = interrupted.data.resolve("train.jsonl");
    Files.writeString(train, Files.readString(train).replace("Is 7 even", "Is 8 even"));

    assertThat(interrupted.run()).isEqualTo(65);
  }

  @Test
  void requestBeforeTheFirstStepStopsWithACheckpointToo() throws IOException {
    assertThat(interrupted.run("[data] train")).isEqualTo(75);
    assertThat(((Stopped) interrupted.lastWords()).checkpoint()).isEqualTo("checkpoint-000000");

    assertThat(interrupted.run()).as(interrupted.console()).isZero();

    assertSameEnd();
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

  private void assertSameEnd() throws IOException {
    assertThat(((Completed) interrupted.lastWords()).output().step())
        .isEqualTo(((Completed) straight.lastWords()).output().step());
    for (var file :
        List.of(
            "trainer/weights.safetensors",
            "trainer/optimizer.safetensors",
            "artifact/adapter_model.safetensors")) {
      assertThat(checkpoint(interrupted, "checkpoint-000008").resolve(file))
          .hasSameBinaryContentAs(checkpoint(straight, "checkpoint-000008").resolve(file));
    }
    assertThat(interrupted.models.resolve("out/adapter_model.safetensors"))
        .hasSameBinaryContentAs(straight.models.resolve("out/adapter_model.safetensors"));
    assertThat(trajectory(interrupted)).isEqualTo(trajectory(straight));
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
    try (Stream<Path> plans = Files.list(run.workspace.resolve("checkpoints"))) {
      return plans.findFirst().orElseThrow().resolve(name);
    }
  }
}
