package io.llmforge.trainer.metrics;

import java.util.Arrays;

/**
 * What a model gives for one row with a known label.
 *
 * @param truth number of the right label
 * @param probabilities of every label, among the labels: they sum to 1
 * @param mass probability that the model gives to all labels together, among all tokens
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; the array is the data
public record LabelScore(int truth, double[] probabilities, double mass) {

  public LabelScore {
    probabilities = probabilities.clone();
    if (truth < 0 || truth >= probabilities.length) {
      throw new IllegalArgumentException(
          "label %d is none of %d labels".formatted(truth, probabilities.length));
    }
  }

  /**
   * Softmax of the labels' logits.
   *
   * @param logits one of each label
   * @param logSumExp {@code log sum exp} of the logits of all tokens, labels included
   */
  public static LabelScore ofLogits(int truth, float[] logits, double logSumExp) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double[] probabilities = new double[logits.length];
    double sum = 0;
    for (int label = 0; label < logits.length; label++) {
      probabilities[label] = Math.exp(logits[label] - largest);
      sum += probabilities[label];
    }
    for (int label = 0; label < logits.length; label++) {
      probabilities[label] /= sum;
    }
    return new LabelScore(truth, probabilities, Math.exp(largest + Math.log(sum) - logSumExp));
  }

  /** The most probable label; of equals the first, as an argmax counts. */
  public int predicted() {
    int best = 0;
    for (int label = 1; label < probabilities.length; label++) {
      best = probabilities[label] > probabilities[best] ? label : best;
    }
    return best;
  }

  /** Entropy over the labels in nats: ln K when the model cannot tell K labels apart. */
  public double entropy() {
    return Arrays.stream(probabilities).filter(p -> p > 0).map(p -> -p * Math.log(p)).sum();
  }

  public double probability(int label) {
    return probabilities[label];
  }

  @Override
  public double[] probabilities() {
    return probabilities.clone();
  }
}
