package io.llmforge.cli.view;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Metric;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Progress;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A FineTuneJob's status as lines of text. */
public final class StatusText {

  private static final int BAR_WIDTH = 24;
  private static final String EVALUATION = "eval_";
  private static final String EVALUATION_LOSS = "eval_loss";

  /** Numbers of an evaluation that tell how good the model is, beside its loss. */
  private static final List<String> EVALUATION_HEADLINES =
      List.of(
          "perplexity",
          "eval_accuracy",
          "eval_f1",
          "eval_prauc",
          "eval_rewards/accuracies",
          "eval_rewards/margins");

  private StatusText() {}

  /** One line for each condition that turned, and for each number that an evaluation brought. */
  static List<String> news(@Nullable FineTuneJobStatus before, FineTuneJobStatus now) {
    List<String> lines = new ArrayList<>();
    for (JobCondition condition : conditions(now)) {
      if (turned(condition, before)) {
        lines.add(conditionLine(condition));
      }
    }
    find(now, EVALUATION_LOSS)
        .filter(
            metric ->
                !find(before, EVALUATION_LOSS).map(Metric::step).equals(Optional.of(metric.step())))
        .ifPresent(metric -> lines.add(evaluationLine(metric, now)));
    return lines;
  }

  /** Where the run is, on one line; empty before the first report. */
  public static Optional<String> progress(FineTuneJobStatus status) {
    Reference reference = status.reference();
    if (status.phase() == Phase.Scoring && reference != null) {
      return Optional.of(scoringLine(reference));
    }
    Progress progress = status.progress();
    if (progress == null || progress.totalSteps() == 0) {
      return Optional.ofNullable(progress).map(Progress::activity);
    }
    StringJoiner line = new StringJoiner("  ");
    line.add(bar(progress.percent()));
    line.add("step " + progress.step() + "/" + progress.totalSteps());
    addIfPresent(line, "loss ", progress.loss(), "");
    addIfPresent(line, "", progress.tokensPerSecond(), " tokens/s");
    addIfPresent(line, "ETA ", progress.eta(), "");
    addIfPresent(line, "(", progress.activity(), ")");
    return Optional.of(line.toString());
  }

  /** Every condition, as a table. */
  public static List<String> conditionTable(FineTuneJobStatus status) {
    return conditions(status).stream().map(StatusText::conditionLine).toList();
  }

  private static String conditionLine(JobCondition condition) {
    return "%-19s %-7s %-22s %s"
        .formatted(
            condition.type(),
            condition.status(),
            Objects.requireNonNullElse(condition.reason(), ""),
            Objects.requireNonNullElse(condition.message(), ""))
        .stripTrailing();
  }

  // What else was measured at the same step; the status has all of it.
  private static String evaluationLine(Metric loss, FineTuneJobStatus status) {
    StringJoiner line = new StringJoiner("  ");
    line.add("%-19s step %d".formatted("evaluation", loss.step()));
    line.add(EVALUATION_LOSS + " " + loss.value());
    for (String name : EVALUATION_HEADLINES) {
      find(status, name)
          .filter(metric -> metric.step() == loss.step())
          .ifPresent(metric -> line.add(shown(name) + " " + metric.value()));
    }
    return line.toString();
  }

  private static String shown(String name) {
    return name.startsWith(EVALUATION) ? name.substring(EVALUATION.length()) : name;
  }

  private static String scoringLine(Reference reference) {
    int percent = reference.shards() == 0 ? 0 : reference.done() * 100 / reference.shards();
    return "%s  shard %d/%d  (scoring)"
        .formatted(bar(percent), reference.done(), reference.shards());
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
    return "[" + "=".repeat(filled) + " ".repeat(BAR_WIDTH - filled) + "] %3d%%".formatted(percent);
  }

  private static void addIfPresent(
      StringJoiner line, String before, @Nullable String text, String after) {
    if (text != null && !text.isEmpty()) {
      line.add(before + text + after);
    }
  }
}
