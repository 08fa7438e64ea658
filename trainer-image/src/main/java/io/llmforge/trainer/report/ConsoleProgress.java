package io.llmforge.trainer.report;

import io.llmforge.crds.plan.TrainingReport.Metric;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Plain lines for the container's log: one per optimizer step, fewer when steps are short. */
public final class ConsoleProgress {

  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

  private final PrintStream out;
  private final InstantSource clock;
  private Instant lastStepLine = Instant.EPOCH;

  public ConsoleProgress(PrintStream out, InstantSource clock) {
    this.out = out;
    this.clock = clock;
  }

  public void line(String text) {
    out.println(text);
  }

  public void warning(String text) {
    out.println("warning: " + text);
  }

  /** At most one line a second, but always the last step's. */
  public void step(StepReport report, ProgressTracker progress) {
    Instant now = clock.instant();
    boolean last = report.step() >= progress.progress().totalSteps();
    if (!last && now.isBefore(lastStepLine.plus(SHORTEST_PAUSE))) {
      return;
    }
    lastStepLine = now;
    Double speed = progress.progress().tokensPerSecond();
    line(
        String.format(
            Locale.ROOT,
            "[epoch %d step %d] loss: %.4f lr: %.3e grad_norm: %.4f%s tokens/s: %.0f eta: %s",
            epochIndex(report.epoch()),
            report.step(),
            report.loss(),
            report.learningRate(),
            report.gradientNorm(),
            text(report.metrics()),
            speed == null ? 0.0 : speed,
            text(progress.eta())));
  }

  public void evaluation(EvaluationReport report) {
    line(
        String.format(
            Locale.ROOT,
            "[epoch %.2f step %d] eval_loss: %.4f%s%s eval_time: %.1fs",
            report.epoch(),
            report.step(),
            report.loss(),
            report.perplexity().isPresent()
                ? text(Map.of(Metric.PERPLEXITY, report.perplexity().getAsDouble()))
                : "",
            text(report.metrics()),
            report.time().toMillis() / 1e3));
    report.breakdowns().forEach(parts -> parts.lines().forEach(this::line));
  }

  /** The pass that a step belonged to, counted from 0; an epoch ends with its last step. */
  private static int epochIndex(double epochsDone) {
    return (int) Math.max(0, Math.ceil(epochsDone) - 1);
  }

  private static String text(Map<String, Double> metrics) {
    return metrics.entrySet().stream()
        .map(metric -> String.format(Locale.ROOT, " %s: %.4f", metric.getKey(), metric.getValue()))
        .collect(Collectors.joining());
  }

  static String text(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return seconds + "s";
    }
    return seconds < 3600
        ? String.format(Locale.ROOT, "%dm%02ds", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%dh%02dm", seconds / 3600, seconds % 3600 / 60);
  }
}
