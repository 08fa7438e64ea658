package io.llmforge.cli.run;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Metric;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A FineTuneJob's status as lines of text. */
final class StatusText {

  private static final int BAR_WIDTH = 24;

  private StatusText() {}

  /** One line for each condition that turned, and for each number that an evaluation brought. */
  static List<String> news(@Nullable FineTuneJobStatus before, FineTuneJobStatus now) {
    List<String> lines = new ArrayList<>();
    for (JobCondition condition : conditions(now)) {
      if (turned(condition, before)) {
        lines.add(conditionLine(condition));
      }
    }
    find(now, "eval_loss")
        .filter(
            metric ->
                !find(before, "eval_loss").map(Metric::step).equals(Optional.of(metric.step())))
        .ifPresent(metric -> lines.add(evaluationLine(metric, now)));
    return lines;
  }

  /** Where training is, on one line; empty before the first report. */
  static Optional<String> progress(FineTuneJobStatus status) {
    Progress progress = status.progress();
    if (progress == null || progress.totalSteps() == 0) {
      return Optional.ofNullable(progress).map(Progress::activity);
    }
    StringJoiner line = new StringJoiner("  ");
    line.add(bar(progress.percent()) + " %3d%%".formatted(progress.percent()));
    line.add("step " + progress.step() + "/" + progress.totalSteps());
    addIfPresent(line, "loss ", progress.loss(), "");
    addIfPresent(line, "", progress.tokensPerSecond(), " tokens/s");
    addIfPresent(line, "ETA ", progress.eta(), "");
    addIfPresent(line, "(", progress.activity(), ")");
    return Optional.of(line.toString());
  }

  /** Every condition, as a table. */
  static List<String> conditionTable(FineTuneJobStatus status) {
    return conditions(status).stream().map(StatusText::conditionLine).toList();
  }

  private static String conditionLine(JobCondition condition) {
    return "%-12s %-7s %-22s %s"
        .formatted(
            condition.type(),
            condition.status(),
            Objects.requireNonNullElse(condition.reason(), ""),
            Objects.requireNonNullElse(condition.message(), ""))
        .stripTrailing();
  }

  private static String evaluationLine(Metric metric, FineTuneJobStatus status) {
    String perplexity =
        find(status, "perplexity").map(value -> "  perplexity " + value.value()).orElse("");
    return "%-12s step %d  eval_loss %s%s"
        .formatted("evaluation", metric.step(), metric.value(), perplexity);
  }

  private static boolean turned(JobCondition now, @Nullable FineTuneJobStatus before) {
    return conditions(before).stream()
        .filter(earlier -> earlier.type().equals(now.type()))
        .noneMatch(
            earlier ->
                earlier.status().equals(now.status())
                    && Objects.equals(earlier.reason(), now.reason()));
  }

  private static List<JobCondition> conditions(@Nullable FineTuneJobStatus status) {
    if (status == null || status.conditions() == null) {
      return List.of();
    }
    return status.conditions();
  }

  private static Optional<Metric> find(@Nullable FineTuneJobStatus status, String name) {
    if (status == null || status.metrics() == null) {
      return Optional.empty();
    }
    return status.metrics().stream().filter(metric -> name.equals(metric.name())).findFirst();
  }

  private static String bar(int percent) {
    int filled = Math.clamp(percent, 0, 100) * BAR_WIDTH / 100;
    return "[" + "=".repeat(filled) + " ".repeat(BAR_WIDTH - filled) + "]";
  }

  private static void addIfPresent(
      StringJoiner line, String before, @Nullable String text, String after) {
    if (text != null && !text.isEmpty()) {
      line.add(before + text + after);
    }
  }
}
