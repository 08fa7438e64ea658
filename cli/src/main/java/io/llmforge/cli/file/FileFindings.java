package io.llmforge.cli.file;

import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Everything worth saying about one file. Several look at it in turn; what a later one says about a
 * value that an earlier one refused, or about what holds it, is left out: it only follows.
 */
final class FileFindings {

  private static final Comparator<Finding> BY_LINE =
      Comparator.comparing(finding -> finding.line() == null ? Integer.valueOf(0) : finding.line());

  private final Function<String, OptionalInt> lines;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * Nothing yet.
   *
   * @param lines the line of a path; empty when the file does not have it
   */
  FileFindings(Function<String, OptionalInt> lines) {
    this.lines = lines;
  }

  /** Takes what one of them says; findings without a line get that of their path. */
  void add(List<Finding> said) {
    Set<String> refused =
        findings.stream()
            .filter(finding -> finding.severity() == Severity.ERROR)
            .map(Finding::path)
            .collect(Collectors.toUnmodifiableSet());
    for (Finding finding : said) {
      if (refused.stream().noneMatch(path -> areRelated(path, finding.path()))
          && !isSaid(finding)) {
        findings.add(located(finding));
      }
    }
  }

  boolean haveErrors() {
    return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
  }

  /** In the order of the file. */
  List<Finding> inOrder() {
    return findings.stream().sorted(BY_LINE).toList();
  }

  static Finding error(String path, String message) {
    return new Finding(Severity.ERROR, path, null, message);
  }

  private boolean isSaid(Finding finding) {
    return findings.stream()
        .anyMatch(
            said ->
                said.severity() == finding.severity()
                    && said.path().equals(finding.path())
                    && said.message().equals(finding.message()));
  }

  private Finding located(Finding finding) {
    OptionalInt line = lines.apply(finding.path());
    return finding.line() != null || line.isEmpty()
        ? finding
        : new Finding(finding.severity(), finding.path(), line.getAsInt(), finding.message());
  }

  private static boolean areRelated(String one, String other) {
    return holds(one, other) || holds(other, one);
  }

  private static boolean holds(String outer, String inner) {
    return outer.isEmpty()
        || inner.equals(outer)
        || inner.startsWith(outer + ".")
        || inner.startsWith(outer + "[");
  }
}
