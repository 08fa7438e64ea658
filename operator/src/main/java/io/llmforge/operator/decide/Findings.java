package io.llmforge.operator.decide;

import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Collects what there is to say while a plan is made, so that all mistakes are named at once. */
final class Findings {

  private final List<Finding> findings;
  private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);

  Findings(Collection<Finding> found) {
    findings = new ArrayList<>(found);
  }

  void error(Reason reason, String path, String message) {
    reasons.add(reason);
    findings.add(new Finding(Severity.ERROR, path, null, message));
  }

  void invalid(String path, String message) {
    error(Reason.INVALID_CONFIG, path, message);
  }

  void warning(String path, String message) {
    findings.add(new Finding(Severity.WARNING, path, null, message));
  }

  void ignored(String path, String message) {
    findings.add(new Finding(Severity.IGNORED, path, null, message));
  }

  /** Takes back that a key has no effect. */
  void retractIgnored(String path) {
    findings.removeIf(f -> f.severity() == Severity.IGNORED && f.path().equals(path));
  }

  /** Says so once: the reader of configs knows some old keys itself. */
  void deprecated(String path, String message) {
    boolean known =
        findings.stream()
            .anyMatch(f -> f.severity() == Severity.DEPRECATED && f.path().equals(path));
    if (known) {
      return;
    }
    findings.add(new Finding(Severity.DEPRECATED, path, null, message));
  }

  List<Finding> all() {
    return List.copyOf(findings);
  }

  boolean haveErrors() {
    return !reasons.isEmpty();
  }

  /** The gravest reason; enum order is order of gravity. */
  Reason reason() {
    return reasons.iterator().next();
  }
}
