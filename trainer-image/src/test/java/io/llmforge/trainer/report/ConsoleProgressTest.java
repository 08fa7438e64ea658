package io.llmforge.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleProgressTest {

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ConsoleProgress console =
      new ConsoleProgress(new PrintStream(out, true, StandardCharsets.UTF_8), now::get);
  private final ProgressTracker progress = new ProgressTracker(now::get);

  @Test
  void stepIsOneLine() {
    progress.planned(100, 2);
    step(12, Duration.ofSeconds(2));

    assertThat(lines())
        .containsExactly(
            "[epoch 0 step 12] loss: 2.5000 lr: 1.000e-03 grad_norm: 1.0000 tokens/s: 500 eta: 2m56s");
  }

  @Test
  void shortStepsShareALineASecondAndTheLastStepAlwaysHasOne() {
    progress.planned(21, 1);
    for (int step = 1; step <= 21; step++) {
      now.updateAndGet(instant -> instant.plusMillis(100));
      step(step, Duration.ofMillis(100));
    }

    assertThat(lines()).hasSize(3);
    assertThat(lines()[1]).startsWith("[epoch 0 step 11]");
    assertThat(lines()[2]).startsWith("[epoch 0 step 21]");
  }

  @Test
  void metricsFileForgetsWhatWasMadeAfterTheCheckpoint(@TempDir Path folder) throws IOException {
    Path file = folder.resolve(MetricsFile.NAME);
    long offset;
    try (var metrics = MetricsFile.open(file, 0, 0)) {
      metrics.step(StatusServerTest.step(1, 2.5));
      offset = metrics.flushed();
      metrics.step(StatusServerTest.step(2, 2.4));
    }

    try (var metrics = MetricsFile.open(file, offset, 400)) {
      metrics.step(StatusServerTest.step(2, 2.3));
      metrics.evaluation(
          new EvaluationReport(
              2,
              1,
              1.5,
              OptionalDouble.of(Math.exp(1.5)),
              Map.of(),
              List.of(),
              Duration.ofSeconds(1)));
    }

    var lines = Files.readAllLines(file);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1))
        .contains("\"train_loss_batch\":2.3")
        .contains("\"trained_tokens\":800");
    assertThat(lines.get(2)).contains("\"eval_loss\":1.5").contains("\"avg_train_loss_epoch\":2.4");
  }

  private void step(long step, Duration time) {
    var report =
        new StepReport(step, 0.1, 2.5, 1e-3, 1, Map.of(), new StepReport.Work(1000, 400, time));
    progress.stepDone(report);
    console.step(report, progress);
  }

  private String[] lines() {
    return out.toString(StandardCharsets.UTF_8).split("\n");
  }
}
