package io.llmforge.trainer.report;

import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Progress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Progress in Prometheus' text format, version 0.0.4. */
final class PrometheusText {

  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final String PREFIX = "llmforge_trainer_";

  private PrometheusText() {}

  static String of(ProgressTracker tracker) {
    StringBuilder text = new StringBuilder();
    describe(text, tracker.progress());
    gauge(text, "copied_step", "Step of the checkpoint copied last.", tracker.copiedStep());
    counter(
        text,
        "tracking_failures_total",
        "Requests that the tracking server did not answer well.",
        tracker.trackingFailures());
    counter(
        text,
        "checkpoint_copy_failures_total",
        "Copies of checkpoints that did not succeed.",
        tracker.copyFailures());
    return text.toString();
  }

  private static void counter(StringBuilder text, String name, String help, long value) {
    text.append(
        String.format(
            Locale.ROOT,
            "# HELP %1$s%2$s %3$s\n# TYPE %1$s%2$s counter\n%1$s%2$s %4$d\n",
            PREFIX,
            name,
            help,
            value));
  }

  private static void describe(StringBuilder text, Progress progress) {
    gauge(text, "step", "Optimizer steps done.", progress.step());
    gauge(text, "total_steps", "Optimizer steps of the whole run.", progress.totalSteps());
    gauge(text, "epoch", "Passes over the data done.", progress.epoch());
    gauge(text, "tokens", "Tokens trained on since the run began.", progress.tokens());
    gauge(text, "tokens_per_second", "Recent training speed.", progress.tokensPerSecond());
    Long eta = progress.etaSeconds();
    gauge(
        text,
        "eta_seconds",
        "Estimated time until the end.",
        eta == null ? null : eta.doubleValue());
    for (Metric metric : progress.metrics()) {
      // TRL's names have slashes, which Prometheus does not take.
      gauge(text, metric.name().replace('/', '_'), "Newest value.", metric.value());
    }
  }

  private static void gauge(StringBuilder text, String name, String help, @Nullable Number value) {
    if (value == null) {
      return;
    }
    text.append(
        String.format(
            Locale.ROOT,
            "# HELP %1$s%2$s %3$s\n# TYPE %1$s%2$s gauge\n%1$s%2$s %4$s\n",
            PREFIX,
            name,
            help,
            number(value.doubleValue())));
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return Double.toString(value);
  }
}
