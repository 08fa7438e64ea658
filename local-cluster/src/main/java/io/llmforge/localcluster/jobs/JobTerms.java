package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.SuccessPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** The Job's spec with the API's defaults filled in. */
record JobTerms(
    boolean isIndexed,
    OptionalInt completions,
    int parallelism,
    boolean isSuspended,
    boolean replacesOnlyFailed,
    FailureLimits limits,
    Optional<Duration> activeDeadline,
    Optional<PodFailurePolicy> podFailurePolicy,
    Optional<SuccessPolicy> successPolicy) {
  private static final int DEFAULT_BACKOFF_LIMIT = 6;

  /** How many failures end the Job or one of its indexes. */
  record FailureLimits(
      int backoffLimit,
      OptionalInt backoffLimitPerIndex,
      OptionalInt maxFailedIndexes,
      boolean restartsInPlace) {}

  static JobTerms of(Job job) {
    var spec = job.getSpec();
    var indexed = "Indexed".equals(spec.getCompletionMode());
    var policy = Optional.ofNullable(spec.getPodFailurePolicy());
    var neither = spec.getCompletions() == null && spec.getParallelism() == null;
    return new JobTerms(
        indexed,
        neither ? OptionalInt.of(1) : optional(spec.getCompletions()),
        spec.getParallelism() == null ? 1 : spec.getParallelism(),
        Boolean.TRUE.equals(spec.getSuspend()),
        policy.isPresent() || "Failed".equals(spec.getPodReplacementPolicy()),
        limits(job),
        Optional.ofNullable(spec.getActiveDeadlineSeconds()).map(Duration::ofSeconds),
        policy,
        Optional.ofNullable(spec.getSuccessPolicy()));
  }

  private static FailureLimits limits(Job job) {
    var spec = job.getSpec();
    var perIndex = optional(spec.getBackoffLimitPerIndex());
    var whenUnset = perIndex.isPresent() ? Integer.MAX_VALUE : DEFAULT_BACKOFF_LIMIT;
    return new FailureLimits(
        spec.getBackoffLimit() == null ? whenUnset : spec.getBackoffLimit(),
        perIndex,
        optional(spec.getMaxFailedIndexes()),
        "OnFailure".equals(spec.getTemplate().getSpec().getRestartPolicy()));
  }

  private static OptionalInt optional(Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  boolean hasIndex(int index) {
    return index >= 0 && index < completions.orElse(0);
  }

  boolean failsPerIndex() {
    return isIndexed && limits.backoffLimitPerIndex().isPresent();
  }

  Optional<Instant> deadline(Instant startTime) {
    return activeDeadline.map(startTime::plus);
  }
}
