package io.llmforge.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.TrainingReport.Metric;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an evaluation of labels leaves in the status, the metrics file and on the console. */
class LabelReportsTest {

  private static final Breakdown LABELS =
      new Breakdown(
          "labels",
          List.of("rows", "f1", "prauc"),
          List.of(
              new Breakdown.Row("[[1]]", List.of(12L, 0.5, 0.75)),
              new Breakdown.Row("none of them", List.of(0L, 0.0, Double.NaN))));

  @TempDir Path folder;

  @Test
  void highestAccuracyAndLowestLossAreTheBest() {
    var progress = new ProgressTracker(() -> Instant.EPOCH);
    progress.loaded(0, 0, 0);
    progress.evaluated(report(1, 2.0, 0.5));
    progress.evaluated(report(2, 1.0, 0.9));
    progress.evaluated(report(3, 1.5, 0.7));

    assertThat(metric(progress, "eval_accuracy").best()).isEqualTo(0.9);
    assertThat(metric(progress, "eval_accuracy").value()).isEqualTo(0.7);
    assertThat(metric(progress, "eval_loss").best()).isEqualTo(1.0);
    assertThat(Metric.isHigherBetter("eval_prauc")).isTrue();
    assertThat(Metric.isHigherBetter("perplexity")).isFalse();
  }

  @Test
  void firstFiniteAccuracyReplacesOneThatIsNot() {
    var progress = new ProgressTracker(() -> Instant.EPOCH);
    progress.evaluated(report(1, 2.0, Double.NaN));
    progress.evaluated(report(2, 2.0, 0.1));

    assertThat(metric(progress, "eval_accuracy").best()).isEqualTo(0.1);
  }

  @Test
  void partsStandInTheMetricsFileAndNotInTheStatus() throws IOException {
    Path file = folder.resolve(MetricsFile.NAME);
    var progress = new ProgressTracker(() -> Instant.EPOCH);
    progress.evaluated(report(1, 2.0, 0.5));
    try (var metrics = MetricsFile.open(file, 0, 0)) {
      metrics.evaluation(report(1, 2.0, 0.5));
    }

    var line = new ObjectMapper().readTree(Files.readString(file));
    assertThat(line.path("eval_labels").toString())
        .isEqualTo(
            "{\"[[1]]\":{\"rows\":12,\"f1\":0.5,\"prauc\":0.75},\"none of them\":{\"rows\":0,\"f1\":0.0}}");
    assertThat(progress.progress().metrics())
        .extracting(Metric::name)
        .containsExactly("eval_loss", "perplexity", "eval_accuracy");
  }

  @Test
  void partsAreATableOnTheConsole() {
    var out = new ByteArrayOutputStream();
    new ConsoleProgress(new PrintStream(out, true, StandardCharsets.UTF_8), () -> Instant.EPOCH)
        .evaluation(report(1, 2.0, 0.5));

    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "[epoch 0.50 step 1] eval_loss: 2.0000 perplexity: 7.3891 accuracy: 0.5000 eval_time: 1.0s",
            "labels        rows      f1   prauc",
            "[[1]]           12  0.5000  0.7500",
            "none of them     0  0.0000       -");
  }

  @Test
  void tableThatNobodyCouldReadIsNotPrinted() {
    var columns = IntStream.range(0, 40).mapToObj(Integer::toString).toList();

    assertThat(new Breakdown("confusion", columns, List.of()).lines()).isEmpty();
  }

  @Test
  void rowOfOtherLengthIsRefused() {
    assertThatThrownBy(
            () ->
                new Breakdown("a", List.of("b"), List.of(new Breakdown.Row("c", List.of(1L, 2L)))))
        .hasMessageContaining("does not have [b]");
  }

  private static EvaluationReport report(long step, double loss, double accuracy) {
    return new EvaluationReport(
        step,
        0.5,
        loss,
        OptionalDouble.of(Math.exp(loss)),
        Map.of("accuracy", accuracy),
        List.of(LABELS),
        Duration.ofSeconds(1));
  }

  private static Metric metric(ProgressTracker progress, String name) {
    return progress.progress().metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
