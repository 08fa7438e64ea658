package io.llmforge.crds.config;

import io.llmforge.crds.config.Finding.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects findings about one config and knows the line of each. */
final class Findings {

  private static final Comparator<Finding> BY_LINE =
      Comparator.comparing(finding -> finding.line() == null ? Integer.valueOf(0) : finding.line());

  private final Function<String, OptionalInt> lines;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, String> writtenAs = new HashMap<>();

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
    var line = lines.apply(asWritten(path));
    findings.add(new Finding(severity, path, boxed(line), message));
  }

  /** What is said about {@code present} belongs to the line of {@code former}. */
  void renamed(String former, String present) {
    writtenAs.put(present, former);
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

  private String asWritten(String path) {
    return writtenAs.entrySet().stream()
        .filter(name -> path.equals(name.getKey()) || path.startsWith(name.getKey() + "."))
        .findFirst()
        .map(name -> name.getValue() + path.substring(name.getKey().length()))
        .orElse(path);
  }

  private static @Nullable Integer boxed(OptionalInt line) {
    return line.isPresent() ? line.getAsInt() : null;
  }
}
