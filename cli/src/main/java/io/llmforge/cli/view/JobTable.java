package io.llmforge.cli.view;

import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** FineTuneJobs as a table, a line each, in the columns of {@code kubectl get}. */
public final class JobTable {

  private static final List<String> COLUMNS =
      List.of("NAME", "PHASE", "PROGRESS", "STEP", "LOSS", "ETA", "GPUS", "AGE");
  private static final String GAP = "   ";
  private static final String NOTHING = "-";

  private JobTable() {}

  /** Whether the namespace stands before each job. */
  public enum Namespaces {
    ONE,
    ALL
  }

  /** Heading and rows, by namespace and name. */
  public static List<String> lines(List<FineTuneJob> jobs, Namespaces namespaces, Instant now) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(withNamespace(namespaces, "NAMESPACE", COLUMNS));
    jobs.stream()
        .sorted(
            Comparator.comparing((FineTuneJob job) -> namespace(job))
                .thenComparing(job -> job.getMetadata().getName()))
        .forEach(job -> rows.add(withNamespace(namespaces, namespace(job), cells(job, now))));
    return aligned(rows);
  }

  /** How long something has been there, as kubectl writes it: 42s, 7m, 3h, 2d. */
  static String age(@Nullable String since, Instant now) {
    if (since == null) {
      return NOTHING;
    }
    try {
      var age = Duration.between(Instant.parse(since), now);
      if (age.toMinutes() < 2) {
        return Math.max(0, age.toSeconds()) + "s";
      }
      if (age.toHours() < 2) {
        return age.toMinutes() + "m";
      }
      return age.toDays() < 2 ? age.toHours() + "h" : age.toDays() + "d";
    } catch (DateTimeParseException e) {
      return NOTHING;
    }
  }

  private static List<String> withNamespace(
      Namespaces namespaces, String namespace, List<String> cells) {
    return switch (namespaces) {
      case ONE -> cells;
      case ALL -> Stream.concat(Stream.of(namespace), cells.stream()).toList();
    };
  }

  private static List<String> cells(FineTuneJob job, Instant now) {
    var status = job.getStatus();
    var progress = status == null ? null : status.progress();
    return List.of(
        job.getMetadata().getName(),
        phase(status),
        progress == null ? NOTHING : progress.percent() + "%",
        progress == null ? NOTHING : shown(progress.stepText()),
        progress == null ? NOTHING : shown(progress.loss()),
        progress == null ? NOTHING : shown(progress.eta()),
        status == null || status.resources() == null
            ? NOTHING
            : Integer.toString(status.resources().gpus()),
        age(job.getMetadata().getCreationTimestamp(), now));
  }

  private static String phase(@Nullable FineTuneJobStatus status) {
    return status == null || status.phase() == null ? "(not seen yet)" : status.phase().name();
  }

  private static String shown(@Nullable String text) {
    return text == null || text.isEmpty() ? NOTHING : text;
  }

  private static String namespace(FineTuneJob job) {
    return Objects.requireNonNullElse(job.getMetadata().getNamespace(), "");
  }

  private static List<String> aligned(List<List<String>> rows) {
    var widths =
        IntStream.range(0, rows.getFirst().size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream()
        .map(
            row ->
                IntStream.range(0, row.size())
                    .mapToObj(column -> padded(row.get(column), widths[column]))
                    .collect(Collectors.joining(GAP))
                    .stripTrailing())
        .toList();
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
