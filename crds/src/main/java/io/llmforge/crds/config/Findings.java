package io.llmforge.crds.config;

import io.llmforge.crds.config.Finding.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects findings about one config and knows the line of each. */
final class Findings {

  private static final Comparator<Finding> BY_LINE =
      Comparator.comparing(finding -> finding.line() == null ? Integer.valueOf(0) : finding.line());

  private final Function<String, OptionalInt> lines;
  private final List<Finding> findings = new ArrayList<>();

  Findings(Function<String, OptionalInt> lines) {
    this.lines = lines;
  }

  void error(String path, String message) {
    add(Severity.ERROR, path, message);
  }

  void warning(String path, String message) {
    add(Severity.WARNING, path, message);
  }

  void add(Severity severity, String path, String message) {
    var line = lines.apply(path);
    findings.add(new Finding(severity, path, boxed(line), message));
  }

  void addAll(List<Finding> more) {
    findings.addAll(more);
  }

  boolean hasErrors() {
    return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
  }

  /** In the order of the document. */
  List<Finding> inOrder() {
    return findings.stream().sorted(BY_LINE).toList();
  }

  private static @Nullable Integer boxed(OptionalInt line) {
    return line.isPresent() ? line.getAsInt() : null;
  }
}
