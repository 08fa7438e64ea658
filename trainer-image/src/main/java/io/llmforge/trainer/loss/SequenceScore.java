package io.llmforge.trainer.loss;

import java.util.ArrayList;
import java.util.List;

/**
 * What one sequence's targets are to a model, summed over the targets.
 *
 * @param targets how many there are
 * @param logProbability of the targets given all before them, in nats
 * @param correct targets that were the most likely token
 * @param entropy over all tokens at each target, in nats
 * @param meanLogit mean over the vocabulary of the logits at each target
 */
public record SequenceScore(
    int targets, double logProbability, long correct, double entropy, double meanLogit) {

  /**
   * Sums of consecutive rows, in float64.
   *
   * @param likelihoods [4, R]: log-probability, whether correct, entropy, mean logit of each row
   * @param rowsPerSequence rows of each sequence; they add up to R
   */
  static List<SequenceScore> ofRows(float[] likelihoods, int... rowsPerSequence) {
    int rows = likelihoods.length / 4;
    List<SequenceScore> scores = new ArrayList<>(rowsPerSequence.length);
    int first = 0;
    for (int count : rowsPerSequence) {
      scores.add(
          new SequenceScore(
              count,
              sum(likelihoods, first, count),
              (long) sum(likelihoods, rows + first, count),
              sum(likelihoods, 2 * rows + first, count),
              sum(likelihoods, 3 * rows + first, count)));
      first += count;
    }
    if (first != rows) {
      throw new IllegalArgumentException(
          "%d of %d rows belong to sequences".formatted(first, rows));
    }
    return List.copyOf(scores);
  }

  private static double sum(float[] values, int first, int count) {
    double sum = 0;
    for (int index = first; index < first + count; index++) {
      sum += values[index];
    }
    return sum;
  }
}
