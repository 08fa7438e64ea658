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
import java.util.function.Supplier;

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
   * Whether all is there that a step or an evaluation of rows needs; asked again until it is. Most
   * tasks need nothing but the rows.
   */
  default boolean isPrepared(Supplier<List<TokenRow>> sequences) {
    return true;
  }

  /** What workers of the reference write, where the task has one. */
  default Optional<PairScores> awaited() {
    return Optional.empty();
  }

  /** Takes the memory of {@link #accumulate}, for rows that need not be prepared. */
  default Tally rehearse(CausalLanguageModel model, StepShare share) {
    return accumulate(model, share);
  }

  /**
   * Adds this rank's part of the gradient of the mean loss over all rows of one optimizer step to
   * the model's sums.
   *
   * @return what {@link #measured} needs of this rank
   */
  Tally accumulate(CausalLanguageModel model, StepShare share);

  /**
   * The step's loss and what is measured with it.
   *
   * @param ofRanks what {@link #accumulate} gave on every rank
   */
  Measured measured(StepShare share, List<Tally> ofRanks);

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

  /**
   * Runs some rows through the model without dropout; nothing when cancelled in between.
   *
   * @return what {@link #evaluated} needs of these rows
   */
  Optional<Tally> count(
      CausalLanguageModel model, List<List<TokenRow>> microBatches, BooleanSupplier cancelled);

  /**
   * The mean loss over all rows, and what is measured with it.
   *
   * @param ofRanks what {@link #count} gave on every rank
   */
  Measured evaluated(List<Tally> ofRanks);

  /** The mean loss over all rows, without dropout; nothing when cancelled in between. */
  default Optional<Measured> evaluate(
      CausalLanguageModel model, List<List<TokenRow>> microBatches, BooleanSupplier cancelled) {
    return count(model, microBatches, cancelled).map(tally -> evaluated(List.of(tally)));
  }
}
