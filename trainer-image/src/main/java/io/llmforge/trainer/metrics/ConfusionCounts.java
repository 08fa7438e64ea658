package io.llmforge.trainer.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How often each label was taken for each label, and what follows from it.
 *
 * @param counts {@code counts[truth][predicted]}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; the array is the data
public record ConfusionCounts(long[][] counts) {

  public ConfusionCounts {
    counts = Arrays.stream(counts).map(long[]::clone).toArray(long[][]::new);
  }

  public static ConfusionCounts of(List<LabelScore> rows, int labels) {
    long[][] counts = new long[labels][labels];
    rows.forEach(row -> counts[row.truth()][row.predicted()]++);
    return new ConfusionCounts(counts);
  }

  @Override
  public long[][] counts() {
    return Arrays.stream(counts).map(long[]::clone).toArray(long[][]::new);
  }

  /** Rows whose label it is. */
  public long support(int label) {
    return Arrays.stream(counts[label]).sum();
  }

  /** Rows it is predicted for. */
  public long predicted(int label) {
    return Arrays.stream(counts).mapToLong(row -> row[label]).sum();
  }

  public long rows() {
    return labels().mapToLong(this::support).sum();
  }

  /** Rows predicted right, as a share of all. */
  public double accuracy() {
    return (double) labels().mapToLong(label -> counts[label][label]).sum() / rows();
  }

  /**
   * Harmonic mean of precision and recall (van Rijsbergen 1979), {@code 2 tp / (2 tp + fp + fn)};
   * zero for a label that is neither true nor predicted anywhere.
   */
  public double f1(int label) {
    long both = support(label) + predicted(label);
    return both == 0 ? 0 : 2.0 * counts[label][label] / both;
  }

  /**
   * Mean of the labels' F1 (Opitz and Burst 2019), over labels that are true or predicted
   * somewhere: what {@code f1_score(average="macro")} gives when it is not told of others.
   */
  public double macroF1() {
    return labels()
        .filter(label -> support(label) + predicted(label) > 0)
        .mapToDouble(this::f1)
        .average()
        .orElse(0);
  }

  /** Mean of the labels' F1, weighted with how many rows they have. */
  public double weightedF1() {
    return labels().mapToDouble(label -> f1(label) * support(label)).sum() / rows();
  }

  private IntStream labels() {
    return IntStream.range(0, counts.length);
  }
}
