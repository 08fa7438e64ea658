package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the guard of steps remembers.
 *
 * @param skippedSteps the last steps that were not made, oldest first, because loss or gradient was
 *     not finite
 * @param zeroGradients steps in a row whose gradient was exactly zero
 * @param firstLosses sum of the losses of the first steps
 * @param lossAverage moving average of the loss, or null before the first step
 * @param bestLossAverage the lowest it was, or null
 * @param stepsAboveBest steps in a row for which it was far above that
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GuardState(
    List<Long> skippedSteps,
    int zeroGradients,
    double firstLosses,
    @Nullable Double lossAverage,
    @Nullable Double bestLossAverage,
    int stepsAboveBest) {

  /** Before the first step. */
  public static final GuardState INITIAL = new GuardState(List.of(), 0, 0, null, null, 0);

  public GuardState {
    skippedSteps = List.copyOf(skippedSteps);
  }
}
