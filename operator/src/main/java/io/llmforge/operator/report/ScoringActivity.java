package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import java.util.List;
import java.util.Optional;

/** What the pods that score the reference are at. */
final class ScoringActivity {

  private ScoringActivity() {}

  static Activity of(StageJob job) {
    Truth running = running(job);
    return new Activity(Phase.Scoring, running.message(), running);
  }

  /** For example {@code 2 of 4 shards are scored}. */
  static String shards(StageJob.Shards shards) {
    return "%d of %d shards are scored".formatted(shards.done(), shards.total());
  }

  private static Truth running(StageJob job) {
    List<TrainerPod> pods = job.newestPods();
    long atWork = pods.stream().filter(TrainerPod.Running.class::isInstance).count();
    String shards = "scoring: %s, ".formatted(shards(job.shards()));
    Optional<Truth> waiting = waiting(pods);
    if (atWork > 0) {
      String others = waiting.map(truth -> " " + truth.message()).orElse("");
      return Truth.yes(
          Reason.SCORING, shards + "%d %s at work.%s".formatted(atWork, pods(atWork), others));
    }
    return waiting
        .or(() -> failed(pods))
        .orElseGet(
            () ->
                pods.isEmpty()
                    ? Truth.no(Reason.PODS_PENDING, Activity.noPod(job.name()))
                    : Truth.yes(Reason.SCORING, shards + "no pod is at work any more."));
  }

  // A pod that nothing is wrong with says least.
  private static Optional<Truth> waiting(List<TrainerPod> pods) {
    List<Truth> waiting =
        pods.stream()
            .filter(TrainerPod.Waiting.class::isInstance)
            .map(pod -> Activity.waiting((TrainerPod.Waiting) pod))
            .toList();
    return waiting.stream()
        .filter(truth -> truth.reason() != Reason.PODS_PENDING)
        .findFirst()
        .or(() -> waiting.stream().findFirst());
  }

  private static Optional<Truth> failed(List<TrainerPod> pods) {
    return pods.stream()
        .filter(TrainerPod.Exited.class::isInstance)
        .map(pod -> (TrainerPod.Exited) pod)
        .filter(pod -> pod.exitCode() != 0)
        .map(
            pod ->
                Truth.no(
                    Reason.RESTARTING,
                    "Pod %s ended with exit code %d; its shard is tried again."
                        .formatted(pod.name(), pod.exitCode())))
        .findFirst();
  }

  private static String pods(long count) {
    return count == 1 ? "pod is" : "pods are";
  }
}
