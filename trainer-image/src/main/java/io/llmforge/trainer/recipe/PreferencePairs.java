package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.ReferenceScore;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.loss.PreferenceLoss;
import io.llmforge.trainer.loss.SequenceScore;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.torch.Precision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Direct preference optimisation: the mean loss over the pairs of a step, relative to scores of the
 * starting model. Sequences come in pairs, the chosen one first.
 *
 * @param loss the loss of a pair
 * @param reference the starting model's scores, by pair
 */
record PreferencePairs(PreferenceLoss loss, PairScores reference) implements TrainedTask {

  private static final ReferenceScore NO_SCORE = new ReferenceScore("", 0, 0, 1, 1);

  /** How far a score may be from the starting model's, in nats: sums, by their length. */
  private static final double TOLERANCE = 1e-3;

  private static final double TOLERANCE_PER_TOKEN = 2e-4;

  /** Logits of ten are rounded to a thirtieth; a kernel for another size rounds some otherwise. */
  private static final double TOLERANCE_PER_BFLOAT16_TOKEN = 1e-2;

  /** With the scores that are there, and those that workers add to them. */
  static PreferencePairs of(Objective.PreferenceTuning objective, PairScores reference) {
    return new PreferencePairs(loss(objective.loss()), reference);
  }

  private static PreferenceLoss loss(Objective.PreferenceLoss planned) {
    return switch (planned.kind()) {
      case SIGMOID -> new PreferenceLoss.Sigmoid(planned.beta(), planned.labelSmoothing());
      case ROBUST -> new PreferenceLoss.Robust(planned.beta(), planned.labelSmoothing());
      case HINGE -> new PreferenceLoss.Hinge(planned.beta());
      case IPO -> new PreferenceLoss.Ipo(planned.beta());
    };
  }

  @Override
  public OptionalDouble perplexity(double loss) {
    return OptionalDouble.empty();
  }

  @Override
  public Optional<PairScores> awaited() {
    return Optional.of(reference);
  }

  @Override
  public boolean isPrepared(Supplier<List<TokenRow>> sequences) {
    return reference.isComplete() || reference.has(sequences.get());
  }

  @Override
  public Tally accumulate(CausalLanguageModel model, StepShare share) {
    return accumulate(model, share, reference::of);
  }

  /** What a pair is compared with changes numbers, and no size: no score needs to be there. */
  @Override
  public Tally rehearse(CausalLanguageModel model, StepShare share) {
    return accumulate(model, share, (chosen, rejected) -> NO_SCORE);
  }

  private Tally accumulate(
      CausalLanguageModel model,
      StepShare share,
      BiFunction<TokenRow, TokenRow, ReferenceScore> scoreOf) {
    int pairs = share.sequences() / 2;
    PreferenceMeasures measures = new PreferenceMeasures(loss.beta());
    for (StepShare.MicroBatch batch : share.microBatches()) {
      model.accumulate(
          TrainingData.packed(batch.rows()),
          scores -> gradients(batch.rows(), scores, pairs, measures, scoreOf),
          (double) batch.rows().size() / (2 * pairs),
          share.dropout(batch));
    }
    return measures.tally();
  }

  @Override
  public Measured measured(StepShare share, List<Tally> ofRanks) {
    return evaluated(ofRanks);
  }

  @Override
  public Optional<Tally> count(
      CausalLanguageModel model, List<List<TokenRow>> microBatches, BooleanSupplier cancelled) {
    PreferenceMeasures measures = new PreferenceMeasures(loss.beta());
    for (List<TokenRow> batch : microBatches) {
      if (cancelled.getAsBoolean()) {
        return Optional.empty();
      }
      List<SequenceScore> scores = model.sequenceScores(TrainingData.packed(batch));
      gradients(batch, scores, 1, measures, reference::of);
    }
    return Optional.of(measures.tally());
  }

  @Override
  public Measured evaluated(List<Tally> ofRanks) {
    return PreferenceMeasures.measured(Tally.sum(ofRanks));
  }

  /**
   * Scores some pairs again with the starting model: before the first step the model still is its
   * own reference.
   */
  @Override
  public void requireFitting(CausalLanguageModel model, List<TokenRow> sequences) {
    for (int first = 0; first < sequences.size(); first += 2) {
      List<TokenRow> pair = List.copyOf(sequences.subList(first, first + 2));
      List<SequenceScore> scores = model.sequenceScores(TrainingData.packed(pair));
      ReferenceScore expected = reference.of(pair.get(0), pair.get(1));
      double perToken = tolerancePerToken(model.precision());
      require(pair.get(0), "chosen", scores.get(0), expected.chosen(), perToken);
      require(pair.get(1), "rejected", scores.get(1), expected.rejected(), perToken);
    }
  }

  private static double tolerancePerToken(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> TOLERANCE_PER_TOKEN;
      case BFLOAT16 -> TOLERANCE_PER_BFLOAT16_TOKEN;
    };
  }

  private static void require(
      TokenRow row, String which, SequenceScore actual, double expected, double perToken) {
    double difference = Math.abs(actual.logProbability() - expected);
    double allowed = TOLERANCE + perToken * actual.targets();
    if (!(difference <= allowed)) {
      throw new ReferenceFolder.InvalidException(
          "line %d, %s answer: the reference says %.6f, the starting model %.6f, further apart than %.6f; the reference was made by another model or for other rows, delete it and score again"
              .formatted(row.line(), which, expected, actual.logProbability(), allowed));
    }
  }

  private double[] gradients(
      List<TokenRow> batch,
      List<SequenceScore> scores,
      int pairs,
      PreferenceMeasures measures,
      BiFunction<TokenRow, TokenRow, ReferenceScore> scoreOf) {
    double[] gradients = new double[batch.size()];
    for (int first = 0; first < batch.size(); first += 2) {
      SequenceScore chosen = scores.get(first);
      SequenceScore rejected = scores.get(first + 1);
      ReferenceScore start = scoreOf.apply(batch.get(first), batch.get(first + 1));
      var ratios =
          new PreferenceLoss.LogRatios(
              chosen.logProbability() - start.chosen(),
              rejected.logProbability() - start.rejected(),
              chosen.targets(),
              rejected.targets());
      PreferenceLoss.PairLoss value = loss.of(ratios);
      gradients[first] = value.chosenGradient() / pairs;
      gradients[first + 1] = value.rejectedGradient() / pairs;
      measures.add(value.value(), ratios, chosen, rejected);
    }
    return gradients;
  }
}
