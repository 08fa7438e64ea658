package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.report.Breakdown;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/** What differs between tasks once rows are tokens: what is minimised, and what is measured. */
sealed interface TrainedTask permits LanguageModelling, LabelClassification, PreferencePairs {

  /**
   * A loss and what was measured with it.
   *
   * @param loss what training minimises, as a mean over rows or targets
   * @param metrics by the name they are published under, without {@code eval_}
   * @param breakdowns what is too much for the status
   */
  record Measured(double loss, Map<String, Double> metrics, List<Breakdown> breakdowns) {
    public Measured {
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
      breakdowns = List.copyOf(breakdowns);
    }

    Measured(double loss, Map<String, Double> metrics) {
      this(loss, metrics, List.of());
    }
  }

  /**
   * Which optimizer step it is, for everything that is drawn at random in it.
   *
   * @param seed of the run
   * @param step counted from 0
   */
  record StepKey(long seed, long step) {}

  /**
   * Adds the gradient of the mean loss over all rows of one optimizer step to the model's sums.
   *
   * @param microBatches packed rows; together they are the step
   */
  Measured accumulate(CausalLanguageModel model, List<List<TokenRow>> microBatches, StepKey key);

  /**
   * Looks, before the first step, whether what was prepared for the rows fits the model. Most tasks
   * prepare nothing.
   *
   * @param sequences some rows of the training data
   */
  default void requireFitting(CausalLanguageModel model, List<TokenRow> sequences) {}

  /**
   * How many tokens the model hesitates between, where the loss is a cross entropy: e to its power.
   *
   * @param loss a mean, in nats
   */
  default OptionalDouble perplexity(double loss) {
    return OptionalDouble.of(Math.exp(loss));
  }

  /**
   * What a model that knows nothing would lose; a fine-tuned one begins far below. Empty when the
   * task has no such number.
   *
   * @param vocabularySize tokens the model chooses from
   */
  default OptionalDouble lossOfGuessing(int vocabularySize) {
    return OptionalDouble.empty();
  }

  /** The mean loss over all rows, without dropout; nothing when cancelled in between. */
  Optional<Measured> evaluate(
      CausalLanguageModel model, List<List<TokenRow>> microBatches, BooleanSupplier cancelled);
}
