package io.llmforge.operator.decide;

import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Judges why the reference could not be scored. Of all the pods that failed, the cause is the first
 * one that could not have been helped; else the first one of a shard that never succeeded. The
 * others were stopped because of it.
 */
final class ReferenceJudge {

  // Classes are declared from grave to harmless. A time that nobody knows comes last.
  private static final Comparator<ShardFailure> BY_BLAME =
      Comparator.comparing((ShardFailure shard) -> shard.failure().failureClass())
          .thenComparing(shard -> shard.pod().ended().isEmpty())
          .thenComparing(shard -> shard.pod().ended());

  private ReferenceJudge() {}

  private record ShardFailure(IndexedPod pod, Failure failure) {}

  /** Why a Job that has failed did so. */
  static Failure judge(StageJob job) {
    return job.pods().stream()
        .filter(pod -> !isDone(pod.index(), job))
        .flatMap(pod -> failure(pod).map(failure -> new ShardFailure(pod, failure)).stream())
        .min(BY_BLAME)
        .map(shard -> told(shard, job))
        .orElseGet(
            () -> AttemptJudge.lost("no pod of Job %s is left that failed".formatted(job.name())));
  }

  private static boolean isDone(int shard, StageJob job) {
    return podsOf(shard, job)
        .anyMatch(pod -> pod.pod() instanceof TrainerPod.Exited exited && exited.exitCode() == 0);
  }

  private static Optional<Failure> failure(IndexedPod pod) {
    if (!pod.hasFailed()) {
      return Optional.empty();
    }
    return switch (pod.pod()) {
      case TrainerPod.Exited exited -> Optional.of(AttemptJudge.failure(exited));
      case TrainerPod.Removed removed -> Optional.of(AttemptJudge.failure(removed));
      case TrainerPod.Absent absent -> Optional.empty();
      case TrainerPod.Waiting waiting -> Optional.empty();
      case TrainerPod.Running running -> Optional.empty();
    };
  }

  // The Job has tried what another try may help as often as it may.
  private static Failure told(ShardFailure shard, StageJob job) {
    Failure failure = shard.failure();
    int number = shard.pod().index();
    String where = "shard %d of %d: ".formatted(number, job.shards().total());
    long tries = podsOf(number, job).filter(IndexedPod::hasFailed).count();
    return switch (failure.failureClass()) {
      case FATAL -> failure.because(FailureClass.FATAL, where + failure.message());
      case RETRY ->
          failure.because(
              FailureClass.FATAL, where + failure.message() + " (tried %d times)".formatted(tries));
      case RESUME -> failure.because(FailureClass.RESUME, where + failure.message());
    };
  }

  private static Stream<IndexedPod> podsOf(int shard, StageJob job) {
    return job.pods().stream().filter(pod -> pod.index() == shard);
  }
}
