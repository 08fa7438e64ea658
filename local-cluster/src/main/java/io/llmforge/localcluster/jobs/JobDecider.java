package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPods;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPodsBuilder;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.jobs.JobDecision.JobEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides from a Job, all pods it controls and the time. Changes nothing. */
final class JobDecider {
  private final Backoff podBackoff;

  JobDecider(Backoff podBackoff) {
    this.podBackoff = podBackoff;
  }

  JobDecision decide(Job job, List<Pod> pods, Instant time) {
    var now = time.truncatedTo(ChronoUnit.SECONDS);
    if (JobConditions.isFinished(job)) {
      return afterTheEnd(job, time);
    }
    var terms = JobTerms.of(job);
    var status = started(job, terms, now);
    var tally = Tally.of(terms, status, pods, Tally.Stage.RUNNING);
    var ending = JobEnding.of(terms, status, pods, tally, time);
    if (ending.isPresent()) {
      return new Look(job, terms, pods, status, now).end(ending.get());
    }
    var look = new Look(job, terms, pods, status, now);
    return terms.isSuspended() ? look.suspend(tally) : look.run(tally, time, podBackoff);
  }

  private static JobDecision afterTheEnd(Job job, Instant now) {
    var ttl = job.getSpec().getTtlSecondsAfterFinished();
    if (ttl == null) {
      return new JobDecision.Rest(Optional.empty());
    }
    var left = Duration.between(now, endedAt(job).plusSeconds(ttl));
    return left.isPositive() ? new JobDecision.Rest(Optional.of(left)) : new JobDecision.Expire();
  }

  private static Instant endedAt(Job job) {
    return JobConditions.find(job.getStatus(), JobConditions.COMPLETE)
        .or(() -> JobConditions.find(job.getStatus(), JobConditions.FAILED))
        .map(JobCondition::getLastTransitionTime)
        .map(Instant::parse)
        .orElse(Instant.EPOCH);
  }

  private static JobStatus started(Job job, JobTerms terms, Instant now) {
    var status =
        job.getStatus() == null ? new JobStatus() : new JobStatusBuilder(job.getStatus()).build();
    if (status.getStartTime() == null && !terms.isSuspended()) {
      status.setStartTime(now.toString());
    }
    return status;
  }

  /** One look at one Job; {@code status} is a copy that may be changed. */
  private record Look(Job job, JobTerms terms, List<Pod> pods, JobStatus status, Instant now) {

    JobDecision end(JobEnding ending) {
      var stage = ending.isSuccess() ? Tally.Stage.SUCCEEDING : Tally.Stage.FAILING;
      var tally = Tally.of(terms, status, pods, stage);
      var active = pods.stream().filter(JobPods::isActive).toList();
      var gone = active.isEmpty() && pods.stream().noneMatch(JobPods::isTerminating);
      turn(ending.announcement());
      var events = new ArrayList<JobEvent>();
      if (gone && tally.isSettled()) {
        turn(ending.conclusion());
        events.add(ending.event());
        if (ending.isSuccess()) {
          status.setCompletionTime(now.toString());
        }
      }
      count(tally, 0, active.size());
      return new JobDecision.Proceed(
          List.of(), List.of(), active, status, tally.release(), events, Optional.empty());
    }

    JobDecision suspend(Tally tally) {
      var active = pods.stream().filter(JobPods::isActive).toList();
      var events = new ArrayList<JobEvent>();
      if (!JobConditions.isTrue(status, JobConditions.SUSPENDED)) {
        turn(condition(true, "JobSuspended", "Job suspended"));
        events.add(new JobEvent(false, "Suspended", "Job suspended"));
      }
      count(tally, 0, active.size());
      return new JobDecision.Proceed(
          List.of(), active, List.of(), status, tally.release(), events, Optional.empty());
    }

    JobDecision run(Tally tally, Instant time, Backoff podBackoff) {
      var events = new ArrayList<JobEvent>();
      if (JobConditions.isTrue(status, JobConditions.SUSPENDED)) {
        turn(condition(false, "JobResumed", "Job resumed"));
        status.setStartTime(now.toString());
        events.add(new JobEvent(false, "Resumed", "Job resumed"));
      }
      var demand = PodDemand.of(job, terms, pods, tally, podBackoff, time);
      var active = Math.toIntExact(pods.stream().filter(JobPods::isActive).count());
      var surplus = demand.surplus().size();
      count(tally, active + demand.create().size() - surplus, surplus);
      return new JobDecision.Proceed(
          demand.create(),
          demand.surplus(),
          List.of(),
          status,
          tally.release(),
          events,
          sooner(demand.retryAfter(), untilDeadline(time)));
    }

    private JobCondition condition(boolean holds, String reason, String message) {
      return JobConditions.condition(JobConditions.SUSPENDED, holds, reason, message);
    }

    private void turn(JobCondition condition) {
      status.setConditions(JobConditions.with(status.getConditions(), condition, now));
    }

    private Optional<Duration> untilDeadline(Instant time) {
      return terms
          .deadline(Instant.parse(status.getStartTime()))
          .map(deadline -> Duration.between(time, deadline));
    }

    private static Optional<Duration> sooner(Optional<Duration> one, Optional<Duration> other) {
      return one.filter(d -> other.isEmpty() || d.compareTo(other.get()) <= 0).or(() -> other);
    }

    private void count(Tally tally, int active, int deletedNow) {
      var terminating = pods.stream().filter(JobPods::isTerminating).count();
      status.setActive(active);
      status.setReady(
          Math.toIntExact(
              pods.stream().filter(JobPods::isActive).filter(JobPods::isReady).count()));
      status.setTerminating(Math.toIntExact(terminating) + deletedNow);
      status.setSucceeded(
          terms.isIndexed() ? tally.completedIndexes().size() : tally.succeededCounter());
      status.setFailed(tally.failedCounter());
      status.setUncountedTerminatedPods(uncounted(tally));
      if (terms.isIndexed()) {
        status.setCompletedIndexes(textOrNothing(tally.completedIndexes()));
      }
      if (terms.failsPerIndex()) {
        // Empty text, unlike absence, says that failures are told apart by index.
        status.setFailedIndexes(tally.failedIndexes().text());
      }
    }

    private static @Nullable String textOrNothing(IndexSet indexes) {
      return indexes.isEmpty() ? null : indexes.text();
    }

    private static UncountedTerminatedPods uncounted(Tally tally) {
      return new UncountedTerminatedPodsBuilder()
          .withSucceeded(tally.uncountedSucceeded())
          .withFailed(tally.uncountedFailed())
          .build();
    }
  }
}
