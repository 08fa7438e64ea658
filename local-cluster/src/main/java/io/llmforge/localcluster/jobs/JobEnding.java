package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Why a Job ends. It is said at once by FailureTarget or SuccessCriteriaMet, and once more by
 * Failed or Complete when the last pod is gone.
 */
record JobEnding(boolean isSuccess, String reason, String message) {
  private static final JobEnding COMPLETIONS_REACHED =
      new JobEnding(true, "CompletionsReached", "Reached expected number of succeeded pods");

  /** An ending that was announced stays; otherwise failure is looked for before success. */
  static Optional<JobEnding> of(
      JobTerms terms, JobStatus status, List<Pod> pods, Tally tally, Instant now) {
    return announced(status)
        .or(() -> failJobRule(terms, pods))
        .or(() -> tooManyFailures(terms, status, pods, tally))
        .or(() -> deadlineExceeded(terms, status, now))
        .or(() -> successRule(terms, tally))
        .or(() -> failedIndexes(terms, tally))
        .or(() -> completed(terms, pods, tally));
  }

  static Optional<JobEnding> announced(JobStatus status) {
    var failure = JobConditions.find(status, JobConditions.FAILURE_TARGET).map(c -> of(c, false));
    return failure.or(
        () -> JobConditions.find(status, JobConditions.SUCCESS_CRITERIA_MET).map(c -> of(c, true)));
  }

  private static JobEnding of(JobCondition condition, boolean isSuccess) {
    return new JobEnding(isSuccess, condition.getReason(), condition.getMessage());
  }

  private static Optional<JobEnding> failJobRule(JobTerms terms, List<Pod> pods) {
    for (var pod : pods) {
      if (JobPods.isFailed(pod, terms)
          && PodFailureRules.judge(terms.podFailurePolicy(), pod)
              instanceof PodFailureRules.Verdict.FailJob(String message)) {
        return failure("PodFailurePolicy", message);
      }
    }
    return Optional.empty();
  }

  private static Optional<JobEnding> tooManyFailures(
      JobTerms terms, JobStatus status, List<Pod> pods, Tally tally) {
    var limit = terms.limits().backoffLimit();
    var before = Optional.ofNullable(status.getFailed()).orElse(0);
    var hasNewFailure = tally.failed() > before;
    var restarts = terms.limits().restartsInPlace() ? restarts(pods) : 0;
    var restartedTooOften = restarts > 0 && restarts >= limit;
    if ((hasNewFailure && tally.failed() > limit) || restartedTooOften) {
      return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
    }
    return Optional.empty();
  }

  private static int restarts(List<Pod> pods) {
    return pods.stream()
        .filter(pod -> pod.getStatus() != null && !JobPods.isTerminal(pod))
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .mapToInt(status -> status.getRestartCount())
        .sum();
  }

  private static Optional<JobEnding> deadlineExceeded(
      JobTerms terms, JobStatus status, Instant now) {
    if (terms.isSuspended() || status.getStartTime() == null) {
      return Optional.empty();
    }
    return terms
        .deadline(Instant.parse(status.getStartTime()))
        .filter(deadline -> !deadline.isAfter(now))
        .flatMap(
            deadline ->
                failure("DeadlineExceeded", "Job was active longer than specified deadline"));
  }

  private static Optional<JobEnding> successRule(JobTerms terms, Tally tally) {
    if (!terms.isIndexed() || terms.successPolicy().isEmpty()) {
      return Optional.empty();
    }
    var rule = SuccessRules.firstMet(terms.successPolicy().get(), tally.completedIndexes());
    return rule.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new JobEnding(true, "SuccessPolicy", "Matched rules at index " + rule.getAsInt()));
  }

  private static Optional<JobEnding> failedIndexes(JobTerms terms, Tally tally) {
    var failed = tally.failedIndexes().size();
    if (!terms.failsPerIndex() || failed == 0) {
      return Optional.empty();
    }
    var most = terms.limits().maxFailedIndexes();
    if (most.isPresent() && failed > most.getAsInt()) {
      return failure(
          "MaxFailedIndexesExceeded",
          "Job has exceeded the specified maximal number of failed indexes");
    }
    var ended = failed + tally.completedIndexes().size();
    return ended >= terms.completions().orElse(0)
        ? failure("FailedIndexes", "Job has failed indexes")
        : Optional.empty();
  }

  private static Optional<JobEnding> completed(JobTerms terms, List<Pod> pods, Tally tally) {
    var succeeded = tally.succeeded(terms);
    if (terms.completions().isPresent()) {
      return succeeded >= terms.completions().getAsInt()
          ? Optional.of(COMPLETIONS_REACHED)
          : Optional.empty();
    }
    // A work queue: one success says that the queue is empty, the others finish what they hold.
    var working = pods.stream().anyMatch(pod -> !JobPods.isTerminal(pod));
    return succeeded > 0 && !working ? Optional.of(COMPLETIONS_REACHED) : Optional.empty();
  }

  private static Optional<JobEnding> failure(String reason, String message) {
    return Optional.of(new JobEnding(false, reason, message));
  }

  JobCondition announcement() {
    return JobConditions.condition(
        isSuccess ? JobConditions.SUCCESS_CRITERIA_MET : JobConditions.FAILURE_TARGET,
        true,
        reason,
        message);
  }

  JobCondition conclusion() {
    return JobConditions.condition(
        isSuccess ? JobConditions.COMPLETE : JobConditions.FAILED, true, reason, message);
  }

  JobDecision.JobEvent event() {
    return isSuccess
        ? new JobDecision.JobEvent(false, "Completed", "Job completed")
        : new JobDecision.JobEvent(true, reason, message);
  }
}
