package io.llmforge.trainer.recipe;

import io.llmforge.trainer.checkpoint.GuardState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a step may be made. A loss or gradient norm that is not finite never reaches the
 * weights: the step is skipped, and a run that keeps producing them, or whose loss runs away, or
 * that has nothing to learn, ends. Nothing is tried again by itself: what such a run needs, another
 * learning rate or other data, is its user's to choose. What it remembers goes into checkpoints.
 */
final class StepGuard {

  static final int NON_FINITE_IN_A_ROW = 3;
  static final int NON_FINITE_IN_A_WINDOW = 5;
  static final int WINDOW = 100;
  static final int ZERO_GRADIENTS_IN_A_ROW = 10;
  static final int RUNAWAY_STEPS = 50;
  static final int FIRST_STEPS = 20;

  /** Weight of the newest step in the moving average of the loss. */
  static final double NEWEST = 0.1;

  private final OptionalDouble lossOfGuessing;
  private List<Long> skipped;
  private int zeroGradients;
  private double firstLosses;
  private @Nullable Double average;
  private @Nullable Double best;
  private int stepsAboveBest;

  /**
   * Goes on from a state.
   *
   * @param lossOfGuessing what a model that knows nothing would lose
   */
  StepGuard(GuardState state, OptionalDouble lossOfGuessing) {
    this.lossOfGuessing = lossOfGuessing;
    this.skipped = state.skippedSteps();
    this.zeroGradients = state.zeroGradients();
    this.firstLosses = state.firstLosses();
    this.average = state.lossAverage();
    this.best = state.bestLossAverage();
    this.stepsAboveBest = state.stepsAboveBest();
  }

  GuardState state() {
    return new GuardState(skipped, zeroGradients, firstLosses, average, best, stepsAboveBest);
  }

  /**
   * Whether the optimizer may use these gradients.
   *
   * @param step number of the step, from 1
   */
  boolean allows(long step, double loss, double gradientNorm) {
    if (!(Double.isFinite(loss) && Double.isFinite(gradientNorm))) {
      skip(step, loss, gradientNorm);
      return false;
    }
    requireGradient(step, gradientNorm);
    requireNoRunaway(step, loss);
    firstLosses += step <= FIRST_STEPS ? loss : 0;
    return true;
  }

  /** What the losses of the first steps say, once they are all there. */
  Optional<String> warningAfter(long step) {
    double mean = firstLosses / FIRST_STEPS;
    if (step != FIRST_STEPS || lossOfGuessing.isEmpty() || mean < lossOfGuessing.getAsDouble()) {
      return Optional.empty();
    }
    return Optional.of(
        "the mean loss of the first %d steps is %.2f, no better than guessing (%.2f): the weights are untrained, or tokenizer and prompt format are not the model's"
            .formatted(FIRST_STEPS, mean, lossOfGuessing.getAsDouble()));
  }

  private void skip(long step, double loss, double gradientNorm) {
    skipped =
        Stream.concat(skipped.stream(), Stream.of(step))
            .filter(earlier -> earlier > step - WINDOW)
            .toList();
    int inARow = 0;
    while (skipped.contains(step - inARow)) {
      inARow++;
    }
    if (inARow >= NON_FINITE_IN_A_ROW || skipped.size() >= NON_FINITE_IN_A_WINDOW) {
      throw new DivergedException(
          "step %d: loss %s and gradient norm %s; of the last %d steps, %s had no finite value; lower learning_rate, raise num_warmup_steps, or look at the rows that the log names"
              .formatted(step, loss, gradientNorm, WINDOW, skipped),
          null);
    }
  }

  private void requireGradient(long step, double gradientNorm) {
    zeroGradients = gradientNorm == 0 ? zeroGradients + 1 : 0;
    if (zeroGradients >= ZERO_GRADIENTS_IN_A_ROW) {
      throw new PlanInvalidException(
          "step %d: the gradient was exactly zero for %d steps, so nothing that is trained has an effect on the loss; check lora_config.target_modules and the data"
              .formatted(step, zeroGradients));
    }
  }

  private void requireNoRunaway(long step, double loss) {
    double newAverage = average == null ? loss : average + NEWEST * (loss - average);
    double newBest = best == null ? newAverage : Math.min(best, newAverage);
    average = newAverage;
    best = newBest;
    stepsAboveBest = newAverage > 2 * newBest + 1 ? stepsAboveBest + 1 : 0;
    if (stepsAboveBest >= RUNAWAY_STEPS) {
      throw new DivergedException(
          "step %d: the loss averages %.3f and was down at %.3f; it has been more than twice that, plus 1, for %d steps; lower learning_rate or raise num_warmup_steps"
              .formatted(step, newAverage, newBest, stepsAboveBest),
          null);
    }
  }
}
