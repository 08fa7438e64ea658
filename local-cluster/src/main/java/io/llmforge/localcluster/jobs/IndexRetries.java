package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.Pod;
import io.llmforge.localcluster.control.Backoff;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Failures of one index under {@code backoffLimitPerIndex}. The count travels from a failed pod to
 * its replacement in annotations.
 */
record IndexRetries(int counted, int ignored, Optional<Instant> lastFailure) {
  static final IndexRetries NONE = new IndexRetries(0, 0, Optional.empty());

  /** The pods that failed and were held back tell what the next pod of their index inherits. */
  static IndexRetries of(int index, List<Pod> heldBackPods, JobTerms terms) {
    return heldBackPods.stream()
        .filter(pod -> JobPods.index(pod) == index)
        .findFirst()
        .map(pod -> after(pod, terms))
        .orElse(NONE);
  }

  private static IndexRetries after(Pod failed, JobTerms terms) {
    var verdict = PodFailureRules.judge(terms.podFailurePolicy(), failed);
    var wasIgnored = verdict instanceof PodFailureRules.Verdict.Ignore;
    return new IndexRetries(
        JobPods.indexFailureCount(failed) + (wasIgnored ? 0 : 1),
        JobPods.indexIgnoredFailureCount(failed) + (wasIgnored ? 1 : 0),
        Optional.of(JobPods.finishedAt(failed)));
  }

  /** Of two failed pods of one index the one that carries the higher counts. */
  static Pod laterAttempt(Pod one, Pod other) {
    return attempts(other) > attempts(one) ? other : one;
  }

  private static int attempts(Pod pod) {
    return JobPods.indexFailureCount(pod) + JobPods.indexIgnoredFailureCount(pod);
  }

  Instant earliestRetry(Backoff backoff) {
    return lastFailure
        .map(failure -> failure.plus(backoff.after(counted + ignored)))
        .orElse(Instant.EPOCH);
  }

  Map<String, String> annotations() {
    return ignored == 0
        ? Map.of(JobPods.INDEX_FAILURE_COUNT, "" + counted)
        : Map.of(
            JobPods.INDEX_FAILURE_COUNT, "" + counted,
            JobPods.INDEX_IGNORED_FAILURE_COUNT, "" + ignored);
  }
}
