package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with the rows of one file, so that all of it is reported at once. */
public final class RowProblems {

  /** More than these are counted, not listed. */
  static final int LISTED = 20;

  private final String source;
  private final List<String> listed = new ArrayList<>();
  private long count;

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
