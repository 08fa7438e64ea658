package io.llmforge.cli.view;

import io.fabric8.kubernetes.api.model.Event;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Adjustments;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Failure;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Metric;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Output;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** All that is worth knowing of one FineTuneJob, for people. */
public final class JobDetails {

  private JobDetails() {}

  /**
   * The lines.
   *
   * @param events what happened to it, oldest first
   */
  public static List<String> lines(FineTuneJob job, List<Event> events, Instant now) {
    List<String> lines = new ArrayList<>();
    var status = job.getStatus();
    lines.add(
        "FineTuneJob %s/%s: %s"
            .formatted(
                job.getMetadata().getNamespace(),
                job.getMetadata().getName(),
                status == null || status.phase() == null ? "not seen yet" : status.phase()));
    if (status == null) {
      lines.add("  No operator has looked at it; is one running in this cluster?");
    } else {
      addStatus(lines, status, now);
    }
    section(lines, "Events", events.stream().map(event -> eventLine(event, now)).toList());
    return lines;
  }

  private static void addStatus(List<String> lines, FineTuneJobStatus status, Instant now) {
    if (status.message() != null) {
      lines.add("  " + status.message());
    }
    if (status.run() != null) {
      lines.add("  " + runLine(status.run(), now));
    }
    if (status.adjustments() != null) {
      lines.add("  " + adjustmentLine(status.adjustments()));
    }
    StatusText.progress(status).ifPresent(progress -> lines.add("  " + progress));
    if (status.failure() != null) {
      section(lines, "Failure", failureLines(status.failure()));
    }
    section(lines, "Conditions", StatusText.conditionTable(status));
    section(lines, "Attempts", attemptLines(some(status.attempts())));
    section(lines, "Metrics", some(status.metrics()).stream().map(JobDetails::metricLine).toList());
    section(
        lines, "Published", some(status.outputs()).stream().map(JobDetails::outputLine).toList());
    section(lines, "Findings", some(status.findings()));
  }

  private static String runLine(Run run, Instant now) {
    var line = new StringJoiner(", ");
    line.add("run " + run.number());
    if (run.stage() != null) {
      line.add("stage " + run.stage());
    }
    if (run.attempt() > 0) {
      line.add("attempt " + run.attempt());
    }
    if (run.failedAttempts() > 0) {
      line.add(run.failedAttempts() + " failed");
    }
    if (run.startTime() != null) {
      line.add("since " + JobTable.age(run.startTime(), now));
    }
    return line.toString();
  }

  private static String adjustmentLine(Adjustments adjustments) {
    return "micro-batches of 1/%d of the planned size since attempt %d, for lack of memory"
        .formatted(adjustments.microBatchDivisor(), adjustments.sinceAttempt());
  }

  // A first attempt under way is told by the run's own line.
  private static List<String> attemptLines(List<AttemptStatus> attempts) {
    boolean toldAlready = attempts.size() == 1 && attempts.getFirst().outcome() == null;
    return toldAlready ? List.of() : attempts.stream().map(JobDetails::attemptLine).toList();
  }

  private static String attemptLine(AttemptStatus attempt) {
    var line = new StringJoiner(", ");
    line.add("%-3d %s".formatted(attempt.number(), end(attempt)));
    if (attempt.toStep() != null) {
      line.add("at step " + attempt.toStep());
    }
    if (attempt.exitCode() != null && attempt.exitCode() != 0) {
      line.add("exit code " + attempt.exitCode());
    }
    if (attempt.endTime() != null) {
      line.add("ended " + attempt.endTime());
    }
    return attempt.message() == null ? line.toString() : line + ": " + attempt.message();
  }

  private static String end(AttemptStatus attempt) {
    if (attempt.outcome() == null) {
      return "under way";
    }
    return attempt.outcome() == AttemptOutcome.Succeeded
        ? "Succeeded"
        : attempt.outcome() + " " + attempt.reason();
  }

  private static List<String> failureLines(Failure failure) {
    List<String> lines = new ArrayList<>();
    var where = new StringJoiner(", ", " (", ")").setEmptyValue("");
    if (failure.exitCode() != null) {
      where.add("exit code " + failure.exitCode());
    }
    if (failure.stage() != null) {
      where.add("stage " + failure.stage());
    }
    if (failure.pod() != null) {
      where.add("pod " + failure.pod());
    }
    lines.add(Objects.requireNonNullElse(failure.reason(), "unknown reason") + where);
    if (failure.message() != null) {
      lines.add(failure.message());
    }
    if (failure.remediation() != null) {
      lines.add("What to do: " + failure.remediation());
    }
    return lines;
  }

  private static String metricLine(Metric metric) {
    var line =
        new StringBuilder(
            "%-28s %s (step %d)".formatted(metric.name(), metric.value(), metric.step()));
    if (metric.first() != null) {
      line.append("  first ").append(metric.first());
    }
    if (metric.best() != null) {
      line.append("  best ").append(metric.best()).append(" at step ").append(metric.bestStep());
    }
    return line.toString();
  }

  private static String outputLine(Output output) {
    return String.format(
        Locale.ROOT,
        "%s %s, %,d bytes, from step %d",
        output.kind(),
        output.uri(),
        output.bytes(),
        output.step());
  }

  private static String eventLine(Event event, Instant now) {
    return "%-5s %-8s %-22s %s"
        .formatted(
            JobTable.age(event.getLastTimestamp(), now),
            event.getType(),
            event.getReason(),
            event.getMessage());
  }

  private static void section(List<String> lines, String title, List<String> content) {
    if (!content.isEmpty()) {
      lines.add("");
      lines.add(title);
      content.forEach(line -> lines.add("  " + line));
    }
  }

  private static <T> List<T> some(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }
}
