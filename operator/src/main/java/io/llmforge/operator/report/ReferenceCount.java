package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Reference;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Counts what the pods that scored a reference say at their end; words are proof of nothing. */
final class ReferenceCount {

  private ReferenceCount() {}

  /**
   * How far a reference is.
   *
   * @param recorded what is known already; it stays when pods are gone
   */
  static Reference of(StageJob job, @Nullable Reference recorded) {
    int total = job.shards().total();
    int done = job.shards().done();
    OptionalLong pairs = sum(job, Metric.PAIRS);
    OptionalLong found = sum(job, Metric.PAIRS_FOUND);
    if (pairs.isPresent() && found.isPresent()) {
      return new Reference(total, done, pairs.getAsLong(), found.getAsLong());
    }
    return recorded == null
        ? new Reference(total, done)
        : new Reference(total, done, recorded.pairs(), recorded.found());
  }

  /** Whether nothing had to be scored. */
  static boolean isHit(Reference reference) {
    @Nullable Long pairs = reference.pairs();
    return reference.done() == reference.shards()
        && pairs != null
        && pairs > 0
        && pairs.equals(reference.found());
  }

  private static OptionalLong sum(StageJob job, String metric) {
    List<Double> values = words(job).flatMap(report -> value(report, metric)).toList();
    return values.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of((long) values.stream().mapToDouble(Double::doubleValue).sum());
  }

  private static Stream<TrainingReport> words(StageJob job) {
    return job.newestPods().stream()
        .flatMap(
            pod ->
                pod instanceof TrainerPod.Exited exited
                        && exited.exitCode() == 0
                        && exited.words() instanceof LastWords.Report(TrainingReport report)
                    ? Stream.of(report)
                    : Stream.<TrainingReport>empty());
  }

  private static Stream<Double> value(TrainingReport report, String name) {
    return report.progress().metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .map(Metric::value);
  }
}
