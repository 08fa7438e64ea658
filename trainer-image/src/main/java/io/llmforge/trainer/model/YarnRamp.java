package io.llmforge.trainer.model;

/**
 * Between which pairs YaRN passes from kept to divided frequencies.
 *
 * @param fastTurns pairs that turn at least so often over the original context are kept
 * @param slowTurns pairs that turn at most so often are divided
 * @param rounding whether the ends of the ramp are whole pairs
 */
record YarnRamp(double fastTurns, double slowTurns, Rounding rounding) {

  /** What becomes of the ends of the ramp. */
  enum Rounding {
    OUTWARD,
    NONE
  }

  /** How much of pair {@code pair} is divided, in [0, 1]. */
  float share(RotaryPositions.Yarn scaling, int pair, int rotatedSize) {
    var first = pairThatTurns(fastTurns, scaling, rotatedSize);
    var last = pairThatTurns(slowTurns, scaling, rotatedSize);
    if (rounding == Rounding.OUTWARD) {
      first = Math.floor(first);
      last = Math.ceil(last);
    }
    first = Math.max(first, 0);
    last = Math.min(last, rotatedSize - 1);
    if (first == last) {
      last += 0.001;
    }
    return Math.clamp((pair - (float) first) / (float) (last - first), 0f, 1f);
  }

  /** Solves {@code O / (2 pi turns) = theta^(2i/d)} for i. */
  private static double pairThatTurns(double turns, RotaryPositions.Yarn scaling, int rotatedSize) {
    return rotatedSize
        * Math.log(scaling.originalPositions() / (turns * 2 * Math.PI))
        / (2 * Math.log(scaling.theta()));
  }
}
