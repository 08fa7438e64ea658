package io.llmforge.trainer.metrics;

import java.util.Comparator;
import java.util.List;

/**
 * Area under the curve of precision over recall as scikit-learn's {@code average_precision_score}
 * defines it: {@code sum of (R_n - R_(n-1)) P_n} over the distinct scores from the highest down,
 * where P and R are precision and recall of all rows with at least that score. Nothing is
 * interpolated, and rows of one score count together, whatever their order.
 */
public final class AveragePrecision {

  private AveragePrecision() {}

  /** Of one label against the rest; NaN when no row has the label. */
  public static double of(int label, List<LabelScore> rows) {
    List<Scored> scored =
        rows.stream()
            .map(row -> new Scored(row.probability(label), row.truth() == label))
            .sorted(Comparator.comparingDouble(Scored::score).reversed())
            .toList();
    long positives = scored.stream().filter(Scored::positive).count();
    double area = 0;
    long found = 0;
    long foundBefore = 0;
    for (int taken = 1; taken <= scored.size(); taken++) {
      Scored last = scored.get(taken - 1);
      found += last.positive() ? 1 : 0;
      if (taken == scored.size() || scored.get(taken).score() != last.score()) {
        area += (double) (found - foundBefore) / positives * found / taken;
        foundBefore = found;
      }
    }
    return positives == 0 ? Double.NaN : area;
  }

  private record Scored(double score, boolean positive) {}
}
