package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.DropoutKey;
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
  public Measured accumulate(
      CausalLanguageModel model, List<List<TokenRow>> microBatches, StepKey key) {
    long targets = microBatches.stream().flatMap(List::stream).mapToLong(TokenRow::targets).sum();
    double sum = 0;
    int number = 0;
    for (List<TokenRow> batch : microBatches) {
      var dropout = new DropoutKey(key.seed(), key.step(), number++);
      sum += model.accumulate(TrainingData.packed(batch), (double) targets, dropout);
    }
    return new Measured(sum / targets, Map.of());
  }

  @Override
  public OptionalDouble lossOfGuessing(int vocabularySize) {
    return OptionalDouble.of(Math.log(vocabularySize));
  }

  @Override
  public Optional<Measured> evaluate(
      CausalLanguageModel model, List<List<TokenRow>> microBatches, BooleanSupplier cancelled) {
    EvaluationSum sum = EvaluationSum.ZERO;
    for (List<TokenRow> batch : microBatches) {
      if (cancelled.getAsBoolean()) {
        return Optional.empty();
      }
      sum = sum.plus(model.evaluate(TrainingData.packed(batch)));
    }
    return Optional.of(new Measured(sum.negativeLogLikelihood() / sum.targets(), Map.of()));
  }
}
