package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Probe;
import java.util.Optional;

/**
 * The results of a probe in a row.
 *
 * @param successes since the last failure
 * @param failures since the last success
 */
record ProbeHistory(int successes, int failures) {
  static final ProbeHistory EMPTY = new ProbeHistory(0, 0);
  private static final int DEFAULT_SUCCESS_THRESHOLD = 1;
  private static final int DEFAULT_FAILURE_THRESHOLD = 3;

  enum Verdict {
    PASSING,
    FAILING,
    /** Below both thresholds: what held before still holds. */
    UNDECIDED
  }

  ProbeHistory with(boolean hasSucceeded) {
    return hasSucceeded ? new ProbeHistory(successes + 1, 0) : new ProbeHistory(0, failures + 1);
  }

  Verdict verdict(Probe probe) {
    if (successes >= threshold(probe.getSuccessThreshold(), DEFAULT_SUCCESS_THRESHOLD)) {
      return Verdict.PASSING;
    }
    return failures >= threshold(probe.getFailureThreshold(), DEFAULT_FAILURE_THRESHOLD)
        ? Verdict.FAILING
        : Verdict.UNDECIDED;
  }

  private static int threshold(Integer given, int whenUnset) {
    return Optional.ofNullable(given).filter(value -> value > 0).orElse(whenUnset);
  }
}
