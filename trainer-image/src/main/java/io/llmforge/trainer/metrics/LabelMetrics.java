package io.llmforge.trainer.metrics;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What one pass over labelled rows says about a model.
 *
 * @param confusion which label was taken for which
 * @param averagePrecisions of each label against the rest; NaN for a label that no row has
 * @param labelMass mean over rows of the probability that all labels have together among all
 *     tokens: near 1 when the model also writes labels where it is free to write anything
 * @param entropy mean over rows of the entropy over the labels, in nats
 */
public record LabelMetrics(
    ConfusionCounts confusion, List<Double> averagePrecisions, double labelMass, double entropy) {

  public LabelMetrics {
    averagePrecisions = List.copyOf(averagePrecisions);
  }

  /** Of at least one row. */
  public static LabelMetrics of(List<LabelScore> rows, int labels) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("no rows, no metrics");
    }
    return new LabelMetrics(
        ConfusionCounts.of(rows, labels),
        IntStream.range(0, labels).mapToObj(label -> AveragePrecision.of(label, rows)).toList(),
        rows.stream().mapToDouble(LabelScore::mass).average().orElseThrow(),
        rows.stream().mapToDouble(LabelScore::entropy).average().orElseThrow());
  }

  /**
   * Mean of the labels' average precision, over labels that some row has. scikit-learn counts the
   * others as 0 and warns; that would lower the mean for what the data lack.
   */
  public double macroAveragePrecision() {
    return averagePrecisions.stream()
        .mapToDouble(Double::doubleValue)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElseThrow();
  }
}
