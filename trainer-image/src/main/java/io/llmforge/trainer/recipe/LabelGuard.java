package io.llmforge.trainer.recipe;

import io.llmforge.trainer.metrics.LabelScore;
import java.util.ArrayList;
import java.util.List;

/**
 * Sees a model that cannot learn to tell labels apart. New labels begin as one and the same mean
 * row; as long as their rows of the output head do not move, every text gives them equal logits,
 * accuracy stays at chance and the loss never falls below ln K, while everything else looks well.
 *
 * <p>It looks at scores now and then until all labels have been seen to differ, and then no more.
 */
final class LabelGuard {

  /** So many looks in a row, with steps between them, end the run. */
  static final int LOOKS_ALIKE = 3;

  /** Equal rows give equal logits up to the rounding of float32. */
  private static final double ALIKE = 1e-5;

  private final List<String> labels;
  private long steps;
  private long stepsAtLastLook;
  private int alike;
  private boolean apart;

  LabelGuard(List<String> labels) {
    this.labels = List.copyOf(labels);
  }

  /** Whether it still has to be shown scores. */
  boolean isWatching() {
    return !apart;
  }

  void stepMade() {
    steps++;
  }

  /** Optimizer steps that it was told of. */
  long steps() {
    return steps;
  }

  /**
   * Looks at scores of some rows; a look without a step since the last one says nothing.
   *
   * @throws PlanInvalidException when labels stay alike
   */
  void look(List<LabelScore> rows) {
    if (apart || steps == stepsAtLastLook || rows.isEmpty()) {
      return;
    }
    stepsAtLastLook = steps;
    List<String> twins = twins(rows);
    apart = twins.isEmpty();
    alike = apart ? 0 : alike + 1;
    if (alike >= LOOKS_ALIKE) {
      throw new PlanInvalidException(
          "after %d steps the labels %s still get one and the same score in every row (entropy over all %d labels %.4f, ln %d = %.4f): their rows of the output head are frozen or hardly move; train the label rows, or raise learning_rate"
              .formatted(
                  steps,
                  String.join(" and ", twins),
                  labels.size(),
                  rows.stream().mapToDouble(LabelScore::entropy).average().orElse(0),
                  labels.size(),
                  Math.log(labels.size())));
    }
  }

  /** The first label that another one equals in every row, and those others. */
  private List<String> twins(List<LabelScore> rows) {
    for (int one = 0; one < labels.size(); one++) {
      List<String> twins = new ArrayList<>(List.of(labels.get(one)));
      for (int other = one + 1; other < labels.size(); other++) {
        if (areAlike(one, other, rows)) {
          twins.add(labels.get(other));
        }
      }
      if (twins.size() > 1) {
        return twins;
      }
    }
    return List.of();
  }

  private static boolean areAlike(int one, int other, List<LabelScore> rows) {
    return rows.stream()
        .allMatch(
            row ->
                Math.abs(row.probability(one) - row.probability(other))
                    <= ALIKE * row.probability(one));
  }
}
