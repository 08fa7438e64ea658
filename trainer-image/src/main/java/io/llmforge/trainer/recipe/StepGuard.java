package io.llmforge.trainer.recipe;

/**
 * Decides whether a step may be made. A loss or gradient norm that is not finite never reaches the
 * weights, and a run that keeps producing them, or that has nothing to learn, ends.
 */
final class StepGuard {

  static final int NON_FINITE_IN_A_ROW = 3;
  static final int ZERO_GRADIENTS_IN_A_ROW = 10;

  private int nonFinite;
  private int zeroGradients;

  /** Whether the optimizer may use these gradients. */
  boolean allows(long step, double loss, double gradientNorm) {
    boolean finite = Double.isFinite(loss) && Double.isFinite(gradientNorm);
    nonFinite = finite ? 0 : nonFinite + 1;
    zeroGradients = finite && gradientNorm == 0 ? zeroGradients + 1 : 0;
    if (nonFinite >= NON_FINITE_IN_A_ROW) {
      throw new DivergedException(
          "step %d: loss %s and gradient norm %s, %d steps in a row without a finite value; lower learning_rate, raise num_warmup_steps, or look for odd rows in the data"
              .formatted(step, loss, gradientNorm, nonFinite),
          null);
    }
    if (zeroGradients >= ZERO_GRADIENTS_IN_A_ROW) {
      throw new PlanInvalidException(
          "step %d: the gradient was exactly zero for %d steps, so nothing that is trained has an effect on the loss; check lora_config.target_modules and the data"
              .formatted(step, zeroGradients));
    }
    return finite;
  }
}
