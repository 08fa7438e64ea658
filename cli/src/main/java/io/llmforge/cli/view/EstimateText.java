package io.llmforge.cli.view;

import static java.lang.String.format;

import io.llmforge.crds.plan.TrainingEstimate;
import io.llmforge.crds.plan.TrainingEstimate.Memory;
import io.llmforge.crds.plan.TrainingEstimate.Rows;
import io.llmforge.crds.plan.TrainingEstimate.Speed;
import io.llmforge.crds.plan.TrainingEstimate.Steps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An estimate for people: what was counted, what is planned, what was measured. */
public final class EstimateText {

  private static final double UNIT = 1024;

  private EstimateText() {}

  public static List<String> lines(TrainingEstimate estimate) {
    List<String> lines = new ArrayList<>();
    lines.add("Rows, counted with the run's own tokenizer");
    addRows(lines, estimate.rows());
    lines.add("");
    lines.add("Steps");
    addSteps(lines, estimate.steps(), estimate.rows());
    lines.add("");
    lines.add("Memory, as the trainer would plan it for one device");
    addMemory(lines, estimate.memory());
    lines.add("");
    lines.add("Time");
    addSpeed(lines, estimate.speed());
    return lines;
  }

  private static void addRows(List<String> lines, Rows rows) {
    lines.add(
        line(
            "training",
            format(
                Locale.ROOT,
                "%,d rows, %,d tokens, %,d of them learned",
                rows.training(),
                rows.trainingTokens(),
                rows.learnedTokens())));
    lines.add(
        rows.validation() == 0
            ? line("evaluation", "none")
            : line(
                "evaluation",
                format(
                    Locale.ROOT,
                    "%,d rows, %,d tokens",
                    rows.validation(),
                    rows.validationTokens())));
    lines.add(
        line(
            "length",
            format(
                Locale.ROOT,
                "context_length %,d, longest row %,d, %,d lose their end",
                rows.contextLength(),
                rows.longest(),
                rows.truncated())));
  }

  private static void addSteps(List<String> lines, Steps steps, Rows rows) {
    lines.add(
        line(
            "steps",
            format(
                Locale.ROOT,
                "%,d of %,d rows, %,d per epoch, %s epochs",
                steps.total(),
                steps.rowsPerStep(),
                steps.perEpoch(),
                plain(steps.epochs()))));
    lines.add(
        line(
            "tokens",
            format(Locale.ROOT, "%,d", Math.round(steps.epochs() * rows.trainingTokens()))));
    lines.add(line("evaluations", format(Locale.ROOT, "%,d", steps.evaluations())));
  }

  private static void addMemory(List<String> lines, Memory memory) {
    lines.add(
        line(
            "parameters",
            format(
                Locale.ROOT, "%,d, %,d of them trained", memory.parameters(), memory.trained())));
    lines.add(line("weights", format(Locale.ROOT, "%s", bytes(memory.weights()))));
    lines.add(line("gradients", format(Locale.ROOT, "%s", bytes(memory.gradients()))));
    lines.add(line("optimizer", format(Locale.ROOT, "%s", bytes(memory.optimizer()))));
    lines.add(
        line(
            "activations",
            format(
                Locale.ROOT,
                "%s for micro-batches of %,d tokens, %d of %d layers kept",
                bytes(memory.activations()),
                memory.microBatchTokens(),
                memory.keptLayers(),
                memory.layers())));
    lines.add(line("in passing", format(Locale.ROOT, "%s", bytes(memory.passing()))));
    Long usable = memory.usableBytes();
    lines.add(
        line(
            "at most",
            format(
                Locale.ROOT,
                "%s of %s",
                bytes(memory.peak()),
                usable == null
                    ? "an unknown amount on " + memory.device()
                    : bytes(usable) + " usable on " + memory.device())));
  }

  private static void addSpeed(List<String> lines, @Nullable Speed speed) {
    if (speed == null) {
      lines.add("  not measured; --measure makes some steps on this machine and throws them away");
      return;
    }
    lines.add(
        line(
            "measured",
            format(
                Locale.ROOT,
                "%,.0f tokens/s over %d steps on this machine",
                speed.tokensPerSecond(),
                speed.steps())));
    Double evaluation = speed.evaluationTokensPerSecond();
    if (evaluation != null) {
      lines.add(line("evaluation", format(Locale.ROOT, "%,.0f tokens/s", evaluation)));
    }
    lines.add(
        line(
            "in all",
            format(
                Locale.ROOT,
                "about %s at this speed, besides loading, checkpoints and publishing",
                duration(speed.seconds()))));
  }

  private static String line(String name, String text) {
    return "  %-12s %s".formatted(name, text);
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  /** As the trainer's own log writes it. */
  static String bytes(long bytes) {
    double mebibytes = bytes / UNIT / UNIT;
    return mebibytes < UNIT
        ? format(Locale.ROOT, "%.1f MiB", mebibytes)
        : format(Locale.ROOT, "%.2f GiB", mebibytes / UNIT);
  }

  static String duration(double seconds) {
    var time = Duration.ofSeconds(Math.max(1, Math.round(seconds)));
    if (time.toMinutes() < 2) {
      return time.toSeconds() + " s";
    }
    return time.toHours() < 2
        ? time.toMinutes() + " min"
        : "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
  }
}
