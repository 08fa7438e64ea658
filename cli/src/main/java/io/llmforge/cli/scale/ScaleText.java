package io.llmforge.cli.scale;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What was measured, as a Markdown table. */
public final class ScaleText {

  private static final double MEBIBYTE = 1 << 20;

  private ScaleText() {}

  /** Lines without line ends. */
  public static List<String> of(ScaleResult result) {
    ScaleLoad load = result.load();
    return Stream.of(
            "| what | measured |",
            "|---|---|",
            row("jobs at once", Integer.toString(load.jobs())),
            row(
                "from the first job's creation until the last is in training",
                seconds(result.untilAllRan())),
            row("pod begins -> status, all jobs beginning at once", latencies(result.started())),
            row(
                "Job completes -> status, %d ends a second, all others at work"
                    .formatted(load.endsPerSecond()),
                latencies(result.ended())),
            row(
                "API writes per job, from creation to end",
                number(result.writesPerLifecycle()) + "; " + writes(result)),
            row(
                "writes of progress",
                "%d, a job's at most every %d s"
                    .formatted(result.progressWrites(), load.pollInterval().toSeconds())),
            row("API reads, a watch counted once", Long.toString(result.reads())),
            row("questions to trainers", Long.toString(result.questions())),
            row(
                "resident memory of the operator",
                "%s MiB, at most %s MiB"
                    .formatted(
                        mebibytes(result.memory().residentBytes()),
                        mebibytes(result.memory().mostResidentBytes()))),
            row("pods", "%d for %d jobs".formatted(result.objects(), load.jobs())),
            row("jobs whose status is not that of their own pod", Integer.toString(result.lost())))
        .toList();
  }

  private static String row(String what, String measured) {
    return "| %s | %s |".formatted(what, measured);
  }

  private static String latencies(Latencies latencies) {
    return "median %s, 99 %% within %s, longest %s"
        .formatted(
            milliseconds(latencies.quantile(0.5)),
            milliseconds(latencies.quantile(0.99)),
            milliseconds(latencies.longest()));
  }

  private static String writes(ScaleResult result) {
    return String.join(
        ", ",
        result.writes().entrySet().stream()
            .map(
                write ->
                    "%s %s"
                        .formatted(
                            write.getKey(),
                            number(write.getValue() / (double) result.load().jobs())))
            .sorted()
            .toList());
  }

  private static String milliseconds(Duration duration) {
    return duration.toMillis() + " ms";
  }

  private static String seconds(Duration duration) {
    return number(duration.toMillis() / 1000.0) + " s";
  }

  private static String mebibytes(long bytes) {
    return "%.0f".formatted(bytes / MEBIBYTE);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
