package io.llmforge.localcluster.jobs;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Pods that were created but that the informer has not shown yet. Deciding without them would
 * create them twice.
 */
final class ExpectedPods {
  /** A pod that was deleted before the informer saw it never shows up. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private record Expected(Set<String> uids, Instant since) {}

  private final Clock clock;
  private final Map<String, Expected> byJob = new HashMap<>();

  ExpectedPods(Clock clock) {
    this.clock = clock;
  }

  /** The supplier is asked after the pod is noted, so that its arrival cannot slip between. */
  synchronized void created(String job, String uid, BooleanSupplier isInCache) {
    byJob
        .computeIfAbsent(job, key -> new Expected(new HashSet<>(), Instant.now(clock)))
        .uids()
        .add(uid);
    if (isInCache.getAsBoolean()) {
      seen(uid);
    }
  }

  synchronized void seen(String uid) {
    byJob.values().forEach(expected -> expected.uids().remove(uid));
    byJob.values().removeIf(expected -> expected.uids().isEmpty());
  }

  /** How long to wait before looking again; nothing when all pods have been seen. */
  synchronized Optional<Duration> waitFor(String job) {
    var expected = byJob.get(job);
    if (expected == null) {
      return Optional.empty();
    }
    if (expected.since().plus(LONGEST_WAIT).isBefore(Instant.now(clock))) {
      byJob.remove(job);
      return Optional.empty();
    }
    return Optional.of(LOOK_AGAIN);
  }
}
