package io.llmforge.operator.report;

import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Progress;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/** Numbers of a report as text. Text, so that NaN survives JSON. */
final class ProgressText {

  private static final MathContext SIX_DIGITS = new MathContext(6);

  private ProgressText() {}

  /** Six significant digits, never in scientific notation. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(SIX_DIGITS).stripTrailingZeros();
    return rounded.toPlainString();
  }

  /** Two digits after the point. */
  static String epoch(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** For example {@code 1h52m}, {@code 3m05s}, {@code 12s}. */
  static String duration(long seconds) {
    Duration duration = Duration.ofSeconds(seconds);
    if (duration.toHours() > 0) {
      return "%dh%02dm".formatted(duration.toHours(), duration.toMinutesPart());
    }
    if (duration.toMinutes() > 0) {
      return "%dm%02ds".formatted(duration.toMinutes(), duration.toSecondsPart());
    }
    return seconds + "s";
  }

  /** For example {@code training: epoch 1.40/3.00, step 1240/2667, loss 0.831.} */
  static String sentence(TrainingReport.Running report) {
    Progress progress = report.progress();
    StringJoiner parts = new StringJoiner(", ", activity(report) + ": ", ".");
    parts.add("epoch %s/%s".formatted(epoch(progress.epoch()), epoch(progress.totalEpochs())));
    parts.add("step %d/%d".formatted(progress.step(), progress.totalSteps()));
    loss(progress).ifPresent(loss -> parts.add("loss " + loss));
    return parts.toString();
  }

  static String activity(TrainingReport.Running report) {
    return report.phase().name().toLowerCase(Locale.ROOT);
  }

  static Optional<String> loss(Progress progress) {
    return progress.metrics().stream()
        .filter(metric -> metric.name().equals(Metric.TRAIN_LOSS))
        .map(metric -> number(metric.value()))
        .findFirst();
  }
}
