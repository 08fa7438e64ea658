package io.llmforge.trainer.report;

import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The last words of a pod. Kubernetes keeps 4096 bytes and would cut the rest, so a report that is
 * too long first loses its metrics, then the end of its message; it is JSON in any case.
 */
public final class TerminationMessage {

  private static final String CUT = " ...";

  private TerminationMessage() {}

  public static void write(Path file, TrainingReport report) throws IOException {
    Files.writeString(file, text(report));
  }

  static String text(TrainingReport report) {
    String text = PlanJson.write(report);
    if (fits(text)) {
      return text;
    }
    TrainingReport lean = withoutMetrics(report);
    return switch (lean) {
      case TrainingReport.Failed failed -> shortened(failed);
      case TrainingReport.Running running -> PlanJson.write(running);
      case TrainingReport.Trained trained -> PlanJson.write(trained);
      case TrainingReport.Completed completed -> PlanJson.write(completed);
      case TrainingReport.Stopped stopped -> PlanJson.write(stopped);
    };
  }

  private static String shortened(TrainingReport.Failed failed) {
    String text = PlanJson.write(failed);
    String message = failed.message();
    int length = message.codePointCount(0, message.length());
    while (!fits(text) && length > 0) {
      length = length * 9 / 10;
      String start = message.substring(0, message.offsetByCodePoints(0, length));
      text =
          PlanJson.write(new TrainingReport.Failed(failed.progress(), failed.code(), start + CUT));
    }
    return text;
  }

  private static TrainingReport withoutMetrics(TrainingReport report) {
    return switch (report) {
      case TrainingReport.Running running ->
          new TrainingReport.Running(running.phase(), withoutMetrics(running.progress()));
      case TrainingReport.Trained trained ->
          new TrainingReport.Trained(withoutMetrics(trained.progress()), trained.output());
      case TrainingReport.Completed completed ->
          new TrainingReport.Completed(
              withoutMetrics(completed.progress()), completed.output(), completed.origin());
      case TrainingReport.Stopped stopped ->
          new TrainingReport.Stopped(withoutMetrics(stopped.progress()), stopped.checkpoint());
      case TrainingReport.Failed failed ->
          new TrainingReport.Failed(
              withoutMetrics(failed.progress()), failed.code(), failed.message());
    };
  }

  private static Progress withoutMetrics(Progress progress) {
    return new Progress(
        progress.step(),
        progress.totalSteps(),
        progress.epoch(),
        progress.totalEpochs(),
        progress.tokens(),
        progress.tokensPerSecond(),
        progress.etaSeconds(),
        progress.lastStepTime(),
        List.of(),
        progress.checkpoint(),
        progress.copied());
  }

  private static boolean fits(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length <= PodContract.TERMINATION_MESSAGE_BYTES;
  }
}
