package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPods;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Counts the pods that ended. A pod is first named in {@code uncountedTerminatedPods}, then loses
 * its finalizer, then moves into the counter, so that a restart between any two of these steps
 * neither loses nor doubles it. Indexes need no such list: a set does not count twice.
 *
 * @param heldBack failed pods that keep their finalizer because their index failure count is still
 *     to be handed to a replacement
 */
record Tally(
    int succeededCounter,
    int failedCounter,
    List<String> uncountedSucceeded,
    List<String> uncountedFailed,
    IndexSet completedIndexes,
    IndexSet failedIndexes,
    List<Pod> release,
    List<Pod> heldBack) {

  /** Whether failed pods wait for their replacement, or the Job is ending and needs none. */
  enum Stage {
    RUNNING,
    FAILING,
    SUCCEEDING
  }

  Tally {
    uncountedSucceeded = List.copyOf(uncountedSucceeded);
    uncountedFailed = List.copyOf(uncountedFailed);
    release = List.copyOf(release);
    heldBack = List.copyOf(heldBack);
  }

  static Tally of(JobTerms terms, JobStatus status, List<Pod> pods, Stage stage) {
    return new Count(terms, status, pods).count(stage);
  }

  int succeeded(JobTerms terms) {
    return terms.isIndexed()
        ? completedIndexes.size()
        : succeededCounter + uncountedSucceeded.size();
  }

  int failed() {
    return failedCounter + uncountedFailed.size() + heldBack.size();
  }

  boolean isSettled() {
    return uncountedSucceeded.isEmpty() && uncountedFailed.isEmpty() && release.isEmpty();
  }

  /** The count in progress. */
  private static final class Count {
    private final JobTerms terms;
    private final List<Pod> pods;
    private final JobStatus status;
    private final List<String> succeeded = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final List<Pod> release = new ArrayList<>();
    private final List<Pod> heldBack = new ArrayList<>();
    private int succeededCounter;
    private int failedCounter;

    Count(JobTerms terms, JobStatus status, List<Pod> pods) {
      this.terms = terms;
      this.status = status;
      this.pods = pods;
      succeededCounter = Optional.ofNullable(status.getSucceeded()).orElse(0);
      failedCounter = Optional.ofNullable(status.getFailed()).orElse(0);
    }

    Tally count(Stage stage) {
      var byUid =
          pods.stream()
              .collect(Collectors.toMap(p -> p.getMetadata().getUid(), Function.identity()));
      var uncounted =
          Optional.ofNullable(status.getUncountedTerminatedPods())
              .orElseGet(UncountedTerminatedPods::new);
      succeededCounter += settle(uncounted.getSucceeded(), byUid, succeeded);
      failedCounter += settle(uncounted.getFailed(), byUid, failed);

      var tracked =
          pods.stream()
              .filter(JobPods::isTracked)
              .filter(p -> !succeeded.contains(p.getMetadata().getUid()))
              .filter(p -> !failed.contains(p.getMetadata().getUid()))
              .toList();
      var completed = completedIndexes(tracked);
      var failedForGood = failedIndexes(tracked, completed);
      var hold =
          stage == Stage.RUNNING ? toHoldBack(tracked, completed, failedForGood) : List.<Pod>of();
      for (var pod : tracked) {
        if (JobPods.isSucceeded(pod)) {
          countSucceeded(pod);
        } else if (stage == Stage.SUCCEEDING && JobPods.isBeingDeleted(pod)) {
          releaseUncounted(pod);
        } else if (JobPods.isFailed(pod, terms)) {
          countFailed(pod, hold.contains(pod));
        }
      }
      return new Tally(
          succeededCounter,
          failedCounter,
          succeeded,
          failed,
          completed,
          failedForGood,
          release,
          heldBack);
    }

    /** Keeps the named pods that still carry the finalizer; the others are the answer. */
    private int settle(List<String> uids, Map<String, Pod> byUid, List<String> stillUncounted) {
      var settled = 0;
      for (var uid : uids) {
        var pod = byUid.get(uid);
        if (pod == null || !JobPods.isTracked(pod)) {
          settled++;
          continue;
        }
        stillUncounted.add(uid);
        release.add(pod);
      }
      return settled;
    }

    private IndexSet completedIndexes(Collection<Pod> tracked) {
      if (!terms.isIndexed()) {
        return IndexSet.EMPTY;
      }
      var succeededNow = tracked.stream().filter(JobPods::isSucceeded).map(JobPods::index).toList();
      return IndexSet.parse(status.getCompletedIndexes())
          .with(succeededNow.stream().filter(terms::hasIndex).toList())
          .below(terms.completions().orElse(0));
    }

    private IndexSet failedIndexes(Collection<Pod> tracked, IndexSet completed) {
      if (!terms.failsPerIndex()) {
        return IndexSet.EMPTY;
      }
      var failedNow = new TreeSet<Integer>();
      for (var pod : tracked) {
        var index = JobPods.index(pod);
        var open = terms.hasIndex(index) && !completed.contains(index);
        if (open && JobPods.isFailed(pod, terms) && endsItsIndex(pod)) {
          failedNow.add(index);
        }
      }
      return IndexSet.parse(status.getFailedIndexes())
          .with(failedNow)
          .below(terms.completions().orElse(0));
    }

    private boolean endsItsIndex(Pod pod) {
      return switch (PodFailureRules.judge(terms.podFailurePolicy(), pod)) {
        case PodFailureRules.Verdict.FailIndex ignored -> true;
        case PodFailureRules.Verdict.Ignore ignored -> false;
        case PodFailureRules.Verdict.Count ignored -> isOverItsLimit(pod);
        case PodFailureRules.Verdict.FailJob ignored -> isOverItsLimit(pod);
      };
    }

    private boolean isOverItsLimit(Pod pod) {
      return JobPods.indexFailureCount(pod) + 1
          > terms.limits().backoffLimitPerIndex().orElse(Integer.MAX_VALUE);
    }

    private List<Pod> toHoldBack(
        Collection<Pod> tracked, IndexSet completed, IndexSet failedForGood) {
      if (!terms.failsPerIndex()) {
        return List.of();
      }
      var replaced =
          pods.stream().filter(JobPods::isActive).map(JobPods::index).collect(Collectors.toSet());
      return tracked.stream()
          .filter(p -> JobPods.isFailed(p, terms) && terms.hasIndex(JobPods.index(p)))
          .filter(p -> !completed.contains(JobPods.index(p)))
          .filter(p -> !failedForGood.contains(JobPods.index(p)))
          .filter(p -> !replaced.contains(JobPods.index(p)))
          .collect(
              Collectors.toMap(JobPods::index, Function.identity(), IndexRetries::laterAttempt))
          .values()
          .stream()
          .toList();
    }

    private void countSucceeded(Pod pod) {
      release.add(pod);
      if (!terms.isIndexed()) {
        succeeded.add(pod.getMetadata().getUid());
      }
    }

    private void countFailed(Pod pod, boolean hold) {
      var counts = !(judge(pod) instanceof PodFailureRules.Verdict.Ignore);
      var known = !terms.isIndexed() || terms.hasIndex(JobPods.index(pod));
      if (hold && counts) {
        heldBack.add(pod);
      }
      if (hold) {
        return;
      }
      release.add(pod);
      if (counts && known) {
        failed.add(pod.getMetadata().getUid());
      }
    }

    private PodFailureRules.Verdict judge(Pod pod) {
      return PodFailureRules.judge(terms.podFailurePolicy(), pod);
    }

    private void releaseUncounted(Pod pod) {
      if (JobPods.isTerminal(pod)) {
        release.add(pod);
      }
    }
  }
}
