package io.llmforge.trainer.recipe;

import io.llmforge.trainer.loss.PreferenceLoss.LogRatios;
import io.llmforge.trainer.loss.SequenceScore;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is measured of preference pairs, under TRL's names. Rewards are {@code beta} times the
 * log-ratio to the starting model; means over pairs; logits, entropy and accuracy over answers'
 * tokens.
 */
final class PreferenceMeasures {

  private final double beta;
  private long pairs;
  private double loss;
  private double chosenReward;
  private double rejectedReward;
  private long preferred;
  private Side chosen = Side.NONE;
  private Side rejected = Side.NONE;

  /**
   * Sums over the answers of one side.
   *
   * @param logProbability in nats
   * @param logits mean logit of each token, summed over tokens
   * @param entropy in nats, summed over tokens
   * @param targets tokens
   * @param correct tokens that were the most likely one
   */
  private record Side(
      double logProbability, double logits, double entropy, long targets, long correct) {
    static final Side NONE = new Side(0, 0, 0, 0, 0);

    Side plus(SequenceScore score) {
      return new Side(
          logProbability + score.logProbability(),
          logits + score.meanLogit(),
          entropy + score.entropy(),
          targets + score.targets(),
          correct + score.correct());
    }
  }

  PreferenceMeasures(double beta) {
    this.beta = beta;
  }

  void add(
      double pairLoss, LogRatios ratios, SequenceScore chosenScore, SequenceScore rejectedScore) {
    pairs++;
    loss += pairLoss;
    chosenReward += beta * ratios.chosen();
    rejectedReward += beta * ratios.rejected();
    preferred += ratios.chosen() > ratios.rejected() ? 1 : 0;
    chosen = chosen.plus(chosenScore);
    rejected = rejected.plus(rejectedScore);
  }

  /** All sums, in the order in which {@link #measured} reads them. */
  Tally tally() {
    return Tally.of(
        (double) pairs,
        loss,
        chosenReward,
        rejectedReward,
        (double) preferred,
        chosen.logProbability(),
        chosen.logits(),
        chosen.entropy(),
        (double) chosen.targets(),
        (double) chosen.correct(),
        rejected.logProbability(),
        rejected.logits(),
        rejected.entropy(),
        (double) rejected.targets(),
        (double) rejected.correct());
  }

  private static Side side(Tally tally, int first) {
    return new Side(
        tally.at(first),
        tally.at(first + 1),
        tally.at(first + 2),
        tally.countAt(first + 3),
        tally.countAt(first + 4));
  }

  /**
   * The means.
   *
   * @param tally sums over all pairs
   */
  static TrainedTask.Measured measured(Tally tally) {
    long pairs = tally.countAt(0);
    double chosenReward = tally.at(2);
    double rejectedReward = tally.at(3);
    Side chosen = side(tally, 5);
    Side rejected = side(tally, 10);
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("rewards/accuracies", tally.at(4) / pairs);
    metrics.put("rewards/margins", (chosenReward - rejectedReward) / pairs);
    metrics.put("rewards/chosen", chosenReward / pairs);
    metrics.put("rewards/rejected", rejectedReward / pairs);
    metrics.put("logps/chosen", chosen.logProbability() / pairs);
    metrics.put("logps/rejected", rejected.logProbability() / pairs);
    metrics.put("logits/chosen", chosen.logits() / chosen.targets());
    metrics.put("logits/rejected", rejected.logits() / rejected.targets());
    metrics.put("mean_token_accuracy", (double) chosen.correct() / chosen.targets());
    metrics.put(
        "entropy",
        (chosen.entropy() + rejected.entropy()) / (chosen.targets() + rejected.targets()));
    return new TrainedTask.Measured(tally.at(1) / pairs, metrics);
  }
}
