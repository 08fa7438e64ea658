package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.llmforge.localcluster.control.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which pods a running Job lacks and which it has too many of.
 *
 * @param retryAfter how long until a pod that failed may be replaced
 */
record PodDemand(List<Pod> create, List<Pod> surplus, Optional<Duration> retryAfter) {
  PodDemand {
    create = List.copyOf(create);
    surplus = List.copyOf(surplus);
  }

  /** Pods that are ready are kept before others, older ones before younger. */
  private static final Comparator<Pod> KEEP_FIRST =
      Comparator.comparing((Pod pod) -> !JobPods.isReady(pod))
          .thenComparing(pod -> pod.getMetadata().getCreationTimestamp(), nullsLast())
          .thenComparing(pod -> pod.getMetadata().getName());

  private static Comparator<String> nullsLast() {
    return Comparator.nullsLast(Comparator.naturalOrder());
  }

  static PodDemand of(
      Job job, JobTerms terms, List<Pod> pods, Tally tally, Backoff backoff, Instant now) {
    return new Weighing(job, terms, pods, tally, backoff, now).weigh();
  }

  private record Weighing(
      Job job, JobTerms terms, List<Pod> pods, Tally tally, Backoff backoff, Instant now) {
    PodDemand weigh() {
      var active = pods.stream().filter(JobPods::isActive).sorted(KEEP_FIRST).toList();
      var surplus = surplus(active);
      var lacking = wanted(active.size()) - (active.size() - surplus.size()) - blocked().size();
      if (lacking <= 0) {
        return new PodDemand(List.of(), surplus, Optional.empty());
      }
      return terms.failsPerIndex()
          ? perIndex(active, surplus, lacking)
          : together(active, surplus, lacking);
    }

    private int wanted(int active) {
      var succeeded = tally.succeeded(terms);
      if (terms.completions().isEmpty()) {
        return succeeded > 0 ? Math.min(active, terms.parallelism()) : terms.parallelism();
      }
      var open = terms.completions().getAsInt() - succeeded - tally.failedIndexes().size();
      return Math.min(terms.parallelism(), open);
    }

    /** Pods that still terminate and must be gone before they are replaced. */
    private List<Pod> blocked() {
      return terms.replacesOnlyFailed()
          ? pods.stream().filter(JobPods::isTerminating).toList()
          : List.of();
    }

    /** Active pods above the wanted number, of an index that is done or taken, or out of range. */
    private List<Pod> surplus(List<Pod> active) {
      var room = Math.max(wanted(active.size()), 0);
      var taken = new HashSet<Integer>();
      var surplus = new ArrayList<Pod>();
      for (var pod : active) {
        var useful =
            !terms.isIndexed() || (isOpen(JobPods.index(pod)) && taken.add(JobPods.index(pod)));
        if (useful && room > 0) {
          room--;
        } else {
          surplus.add(pod);
        }
      }
      return surplus;
    }

    private boolean isOpen(int index) {
      return terms.hasIndex(index)
          && !tally.completedIndexes().contains(index)
          && !tally.failedIndexes().contains(index);
    }

    private PodDemand together(List<Pod> active, List<Pod> surplus, int lacking) {
      var wait = waitAfterFailures();
      if (wait.isPresent()) {
        return new PodDemand(List.of(), surplus, wait);
      }
      var create = new ArrayList<Pod>();
      if (terms.isIndexed()) {
        openIndexes(active).stream()
            .limit(lacking)
            .forEach(index -> create.add(JobPodDesign.pod(job, index, Optional.empty())));
      } else {
        for (var i = 0; i < lacking; i++) {
          create.add(JobPodDesign.pod(job));
        }
      }
      return new PodDemand(create, surplus, Optional.empty());
    }

    private PodDemand perIndex(List<Pod> active, List<Pod> surplus, int lacking) {
      var create = new ArrayList<Pod>();
      Optional<Duration> wait = Optional.empty();
      for (var index : openIndexes(active)) {
        var retries = IndexRetries.of(index, heldBack(), terms);
        var remaining = Duration.between(now, retries.earliestRetry(backoff));
        if (remaining.isPositive()) {
          wait = wait.filter(w -> w.compareTo(remaining) < 0).or(() -> Optional.of(remaining));
        } else if (create.size() < lacking) {
          create.add(JobPodDesign.pod(job, index, Optional.of(retries)));
        }
      }
      return new PodDemand(create, surplus, wait);
    }

    /** Also those that were ignored by a rule: they hand on the count of their index. */
    private List<Pod> heldBack() {
      return pods.stream()
          .filter(pod -> JobPods.isTracked(pod) && JobPods.isFailed(pod, terms))
          .collect(Collectors.toMap(JobPods::index, pod -> pod, IndexRetries::laterAttempt))
          .values()
          .stream()
          .toList();
    }

    private List<Integer> openIndexes(List<Pod> active) {
      Set<Integer> taken = new HashSet<>();
      active.forEach(pod -> taken.add(JobPods.index(pod)));
      blocked().forEach(pod -> taken.add(JobPods.index(pod)));
      var open = new ArrayList<Integer>();
      for (var index = 0; index < terms.completions().orElse(0); index++) {
        if (isOpen(index) && !taken.contains(index)) {
          open.add(index);
        }
      }
      return open;
    }

    /** Failures in a row since the last success put off the next pod. */
    private Optional<Duration> waitAfterFailures() {
      var lastSuccess =
          pods.stream()
              .filter(JobPods::isSucceeded)
              .map(JobPods::finishedAt)
              .max(Instant::compareTo)
              .orElse(Instant.MIN);
      var failures =
          pods.stream()
              .filter(pod -> JobPods.isFailed(pod, terms))
              .map(JobPods::finishedAt)
              .filter(failure -> failure.isAfter(lastSuccess))
              .sorted()
              .toList();
      if (failures.isEmpty()) {
        return Optional.empty();
      }
      var earliest = failures.getLast().plus(backoff.after(failures.size()));
      return Optional.of(Duration.between(now, earliest)).filter(Duration::isPositive);
    }
  }
}
