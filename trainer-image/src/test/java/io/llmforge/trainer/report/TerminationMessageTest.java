package io.llmforge.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Progress;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminationMessageTest {

  @Test
  void shortReportStaysAsItIs() throws Exception {
    var failed = new Failed(progress(5), FailureCode.DIVERGED, "the loss is not finite");

    assertThat(PlanJson.read(TerminationMessage.text(failed), TrainingReport.class))
        .isEqualTo(failed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\"", "\u00e9", "\ud83d\ude00", "\n"})
  void longMessageIsCutAndStaysJsonWithinTheLimit(String unit) throws Exception {
    var failed = new Failed(progress(32), FailureCode.DATASET_INVALID, unit.repeat(20_000));

    var text = TerminationMessage.text(failed);

    assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(1500, 4096);
    var read = (Failed) PlanJson.read(text, TrainingReport.class);
    assertThat(read.code()).isEqualTo(FailureCode.DATASET_INVALID);
    assertThat(read.message()).startsWith(unit.repeat(100)).endsWith(" ...");
  }

  private static Progress progress(int metrics) {
    return new Progress(
        1,
        2,
        0.5,
        1,
        100,
        10.0,
        3L,
        "2026-01-02T03:04:05Z",
        IntStream.range(0, metrics)
            .mapToObj(
                i ->
                    new Metric(
                        "a_metric_with_quite_a_long_name_" + i, Math.E * i, 1, Math.PI, Math.E, 1))
            .toList(),
        null,
        null);
  }
}
