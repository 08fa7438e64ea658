package io.llmforge.trainer.model;

/** Rotary position embedding (Su et al. 2021) and the ways its frequencies are stretched. */
sealed interface RotaryPositions {

  double theta();

  record Default(double theta) implements RotaryPositions {}

  /**
   * All frequencies divided by one factor.
   *
   * @param theta base of the frequencies
   * @param factor divisor
   */
  record Linear(double theta, double factor) implements RotaryPositions {}

  /**
   * Llama 3.1: low frequencies divided, high ones kept, a smooth change between.
   *
   * @param theta base of the frequencies
   * @param factor divisor of the low frequencies
   * @param lowFrequencyFactor wavelengths longer than {@code originalPositions} over this are low
   * @param highFrequencyFactor wavelengths shorter than {@code originalPositions} over this are
   *     high
   * @param originalPositions context length before stretching
   */
  record Llama3(
      double theta,
      double factor,
      double lowFrequencyFactor,
      double highFrequencyFactor,
      int originalPositions)
      implements RotaryPositions {}

  /**
   * One frequency per pair of a head's dimensions, each step rounded to float32 as Transformers
   * rounds it.
   */
  default float[] frequencies(int headSize) {
    var frequencies = new float[headSize / 2];
    for (var pair = 0; pair < frequencies.length; pair++) {
      var exponent = (float) (2 * pair) / headSize;
      var plain = 1f / (float) Math.pow(theta(), exponent);
      frequencies[pair] =
          switch (this) {
            case Default unchanged -> plain;
            case Linear linear -> plain / (float) linear.factor();
            case Llama3 llama3 -> stretched(plain, llama3);
          };
    }
    return frequencies;
  }

  private static float stretched(float frequency, Llama3 scaling) {
    var wavelength = 2 * Math.PI / frequency;
    var turns = scaling.originalPositions() / wavelength;
    if (turns > scaling.highFrequencyFactor()) {
      return frequency;
    }
    if (turns < scaling.lowFrequencyFactor()) {
      return (float) (frequency / scaling.factor());
    }
    var kept =
        (turns - scaling.lowFrequencyFactor())
            / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
    return (float) ((1 - kept) * frequency / scaling.factor() + kept * frequency);
  }
}
