package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what is wrong with the rows of one file, so that all of it is reported at once. */
public final class RowProblems {

  /** More than these are counted, not listed. */
  static final int LISTED = 20;

  private final String source;
  private final List<String> listed = new ArrayList<>();
  private final Map<String, Remark> remarks = new LinkedHashMap<>();
  private long count;

  private record Remark(long firstLine, long rows) {
    Remark plus(Remark other) {
      return new Remark(firstLine, rows + other.rows);
    }
  }

  /**
   * Nothing wrong yet.
   *
   * @param source the file as its user wrote it
   */
  public RowProblems(String source) {
    this.source = source;
  }

  void add(long line, String problem) {
    record("%s:%d: %s".formatted(source, line, problem));
  }

  void addForFile(String problem) {
    record("%s: %s".formatted(source, problem));
  }

  /** Something about a row that is trained nevertheless. */
  void remark(long line, String remark) {
    remarks.merge(remark, new Remark(line, 1), Remark::plus);
  }

  /** What is worth saying about rows that are trained, once for all of them. */
  public List<String> remarks() {
    return remarks.entrySet().stream()
        .map(
            entry ->
                "%s: %d %s, the first in line %d: %s"
                    .formatted(
                        source,
                        entry.getValue().rows(),
                        entry.getValue().rows() == 1 ? "row" : "rows",
                        entry.getValue().firstLine(),
                        entry.getKey()))
        .toList();
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** What is wrong with all given files, as one exception, when anything is. */
  public static void requireNone(List<RowProblems> files) {
    long count = files.stream().mapToLong(file -> file.count).sum();
    if (count == 0) {
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d %s found in the data; nothing was trained. Correct the rows and run again."
            .formatted(count, count == 1 ? "mistake was" : "mistakes were"));
    for (RowProblems file : files) {
      lines.addAll(file.listed);
      if (file.count > LISTED) {
        lines.add("%s: and %d more".formatted(file.source, file.count - LISTED));
      }
    }
    throw new DatasetInvalidException(String.join("\n", lines));
  }

  private void record(String problem) {
    count++;
    if (count <= LISTED) {
      listed.add(problem);
    }
  }
}
