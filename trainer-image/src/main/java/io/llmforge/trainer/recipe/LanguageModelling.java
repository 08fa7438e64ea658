package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.EvaluationSum;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * Next-token prediction: the negative log-likelihood of all targets, divided by their number, over
 * the whole optimizer step and never over parts of it.
 */
record LanguageModelling() implements TrainedTask {

  @Override
  public Tally accumulate(CausalLanguageModel model, StepShare share) {
    double sum = 0;
    for (StepShare.MicroBatch batch : share.microBatches()) {
      sum +=
          model.accumulate(
              TrainingData.packed(batch.rows()), (double) share.targets(), share.dropout(batch));
    }
    return Tally.of(sum);
  }

  @Override
  public Measured measured(StepShare share, List<Tally> ofRanks) {
    return new Measured(Tally.sum(ofRanks).at(0) / share.targets(), Map.of());
  }

  @Override
  public OptionalDouble lossOfGuessing(int vocabularySize) {
    return OptionalDouble.of(Math.log(vocabularySize));
  }

  @Override
  public Optional<Tally> count(
      CausalLanguageModel model, List<List<TokenRow>> microBatches, BooleanSupplier cancelled) {
    EvaluationSum sum = EvaluationSum.ZERO;
    for (List<TokenRow> batch : microBatches) {
      if (cancelled.getAsBoolean()) {
        return Optional.empty();
      }
      sum = sum.plus(model.evaluate(TrainingData.packed(batch)));
    }
    return Optional.of(Tally.of(sum.negativeLogLikelihood(), (double) sum.targets()));
  }

  @Override
  public Measured evaluated(List<Tally> ofRanks) {
    Tally sum = Tally.sum(ofRanks);
    return new Measured(sum.at(0) / sum.at(1), Map.of());
  }
}
