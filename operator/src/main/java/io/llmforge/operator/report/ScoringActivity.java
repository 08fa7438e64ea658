package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import java.util.List;
import java.util.Optional;

/** What the pods that score the reference are at. */
final class ScoringActivity {

  private ScoringActivity() {}

  static Activity of(RunState run, StageJob job, Observation observation) {
    Truth running = LastWord.unlessNews(running(job), run, observation);
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
      String others =
          waiting.filter(ScoringActivity::isTrouble).map(truth -> " " + truth.message()).orElse("");
      return Truth.yes(
          Reason.SCORING, shards + "%d %s at work.%s".formatted(atWork, pods(atWork), others));
    }
    return waiting
        .or(() -> failed(pods))
        .orElseGet(
            () ->
                pods.isEmpty()
                    ? Activity.noPod(job.name())
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
        .filter(ScoringActivity::isTrouble)
        .findFirst()
        .or(() -> waiting.stream().findFirst());
  }

  private static boolean isTrouble(Truth truth) {
    return truth.reason() != Reason.PODS_PENDING;
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
