package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What should happen to a Job now. */
sealed interface JobDecision {
  /** The Job ended longer ago than its ttlSecondsAfterFinished. */
  record Expire() implements JobDecision {}

  /** Nothing to do; look again after the delay, if there is one. */
  record Rest(Optional<Duration> lookAgainAfter) implements JobDecision {}

  /**
   * Carried out in the order of the components: pods first, then the status, then the finalizers of
   * pods that the status now accounts for, then the events.
   *
   * @param forget deleted without being counted as failed: the Job itself no longer wants them
   * @param release counted by {@code status}, so their finalizer may go once it is written
   */
  record Proceed(
      List<Pod> create,
      List<Pod> forget,
      List<Pod> delete,
      JobStatus status,
      List<Pod> release,
      List<JobEvent> events,
      Optional<Duration> lookAgainAfter)
      implements JobDecision {
    public Proceed {
      create = List.copyOf(create);
      forget = List.copyOf(forget);
      delete = List.copyOf(delete);
      release = List.copyOf(release);
      events = List.copyOf(events);
    }
  }

  /** An event about the Job; a failure is a warning. */
  record JobEvent(boolean isWarning, String reason, String message) {}
}
