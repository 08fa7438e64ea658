package io.llmforge.trainer.bench;

import io.llmforge.trainer.loss.PreferenceLoss;
import io.llmforge.trainer.loss.PreferenceLoss.LogRatios;
import io.llmforge.trainer.loss.PreferenceLoss.PairLoss;
import io.llmforge.trainer.loss.SequenceScore;
import java.util.ArrayList;
import java.util.List;

/**
 * The mean loss of pairs against references that were scored before; sequences are chosen,
 * rejected, chosen, rejected, ...
 *
 * @param references log-probability of every sequence to the model that training starts from
 */
record BenchmarkPairs(List<Double> references) {

  /** TRL's default. */
  private static final PreferenceLoss LOSS = new PreferenceLoss.Sigmoid(0.1, 0);

  static BenchmarkPairs against(List<SequenceScore> scores) {
    return new BenchmarkPairs(scores.stream().map(SequenceScore::logProbability).toList());
  }

  double value(List<SequenceScore> scores) {
    return losses(scores).stream().mapToDouble(PairLoss::value).average().orElseThrow();
  }

  /** The derivative of {@link #value} by each log-probability. */
  double[] gradients(List<SequenceScore> scores) {
    var losses = losses(scores);
    return losses.stream()
        .flatMap(loss -> List.of(loss.chosenGradient(), loss.rejectedGradient()).stream())
        .mapToDouble(gradient -> gradient / losses.size())
        .toArray();
  }

  private List<PairLoss> losses(List<SequenceScore> scores) {
    var losses = new ArrayList<PairLoss>();
    for (var chosen = 0; chosen < scores.size(); chosen += 2) {
      var rejected = chosen + 1;
      losses.add(
          LOSS.of(
              new LogRatios(
                  scores.get(chosen).logProbability() - references.get(chosen),
                  scores.get(rejected).logProbability() - references.get(rejected),
                  scores.get(chosen).targets(),
                  scores.get(rejected).targets())));
    }
    return losses;
  }
}
