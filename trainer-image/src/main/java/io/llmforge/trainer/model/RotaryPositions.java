package io.llmforge.trainer.model;

import java.util.Arrays;
import java.util.List;

/**
 * Rotary position embedding (Su et al. 2021) and the ways its frequencies are stretched.
 *
 * <p>Frequencies follow Transformers operation by operation, each rounded to float32: an angle is a
 * position times a frequency, so the last bit of a frequency is seen at far positions.
 *
 * <p>{@link Dynamic} and {@link LongRope} depend on the length of the sequence. Transformers lets
 * the longest row of a batch decide for all rows, and dynamic frequencies for later batches too;
 * here every segment decides for itself, as if it were alone in its batch.
 */
sealed interface RotaryPositions {

  /** Base of the frequencies: pair i of d rotated dimensions turns with {@code theta^(-2i/d)}. */
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
   * The base grows with the length of the sequence ("NTK-aware").
   *
   * @param theta base of the frequencies up to {@code maximumPositions}
   * @param factor how fast the base grows beyond
   * @param maximumPositions longest sequence that leaves the frequencies as they are
   */
  record Dynamic(double theta, double factor, int maximumPositions) implements RotaryPositions {}

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
   * YaRN (Peng et al. 2023): pairs that turn rarely are divided, those that turn often are kept, a
   * linear ramp between; cosines and sines grow by a factor.
   *
   * @param theta base of the frequencies
   * @param factor divisor
   * @param originalPositions context length before stretching
   * @param ramp which pairs lie between
   * @param attentionFactor factor of cosines and sines
   */
  record Yarn(
      double theta, double factor, int originalPositions, YarnRamp ramp, double attentionFactor)
      implements RotaryPositions {}

  /**
   * LongRoPE (Ding et al. 2024): every frequency has a divisor of its own, from one of two lists.
   *
   * @param theta base of the frequencies
   * @param shortFactors divisors of sequences up to {@code originalPositions}
   * @param longFactors divisors of longer sequences
   * @param originalPositions context length before stretching
   * @param attentionFactor factor of cosines and sines, of any sequence
   */
  record LongRope(
      double theta,
      List<Double> shortFactors,
      List<Double> longFactors,
      int originalPositions,
      double attentionFactor)
      implements RotaryPositions {
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
    }
  }

  /** What cosines and sines are multiplied by. */
  default double scale() {
    return switch (this) {
      case Default plain -> 1;
      case Linear linear -> 1;
      case Dynamic dynamic -> 1;
      case Llama3 llama3 -> 1;
      case Yarn yarn -> yarn.attentionFactor();
      case LongRope longRope -> longRope.attentionFactor();
    };
  }

  /**
   * One frequency per pair of rotated dimensions.
   *
   * @param rotatedSize dimensions of a head that are rotated, even
   * @param length tokens of the sequence
   */
  default float[] frequencies(int rotatedSize, int length) {
    var frequencies = new float[rotatedSize / 2];
    for (var pair = 0; pair < frequencies.length; pair++) {
      var wave = power(theta(), pair, rotatedSize);
      frequencies[pair] =
          switch (this) {
            case Default plain -> 1 / wave;
            case Linear linear -> 1 / wave / (float) linear.factor();
            case Dynamic dynamic ->
                1 / power(grown(dynamic, rotatedSize, length), pair, rotatedSize);
            case Llama3 llama3 -> stretched(1 / wave, llama3);
            case Yarn yarn -> ramped(wave, yarn.ramp().share(yarn, pair, rotatedSize), yarn);
            case LongRope longRope ->
                1 / (divisors(longRope, length).get(pair).floatValue() * wave);
          };
    }
    return frequencies;
  }

  /**
   * Frequencies of a packed row.
   *
   * @param rows lists of frequencies
   * @param tableOfSegment which of them each segment uses
   */
  @SuppressWarnings("ArrayRecordComponent") // handed to the device at once, never compared
  record Tables(float[][] rows, int[] tableOfSegment) {}

  /** Segments of equal frequencies share a table. */
  default Tables tables(int rotatedSize, int... segmentLengths) {
    var keys = Arrays.stream(segmentLengths).map(this::lengthThatCounts).toArray();
    var distinct = Arrays.stream(keys).distinct().toArray();
    var rows =
        Arrays.stream(distinct)
            .mapToObj(length -> frequencies(rotatedSize, length))
            .toArray(float[][]::new);
    var order = Arrays.stream(distinct).boxed().toList();
    return new Tables(rows, Arrays.stream(keys).map(order::indexOf).toArray());
  }

  /** Lengths that give the same frequencies are one. */
  private int lengthThatCounts(int length) {
    return switch (this) {
      case Default plain -> 0;
      case Linear linear -> 0;
      case Dynamic dynamic -> Math.max(length, dynamic.maximumPositions());
      case Llama3 llama3 -> 0;
      case Yarn yarn -> 0;
      case LongRope longRope -> length > longRope.originalPositions() ? Integer.MAX_VALUE : 0;
    };
  }

  private static float power(double base, int pair, int rotatedSize) {
    return (float) Math.pow(base, (float) (2 * pair) / rotatedSize);
  }

  private static float grown(Dynamic scaling, int rotatedSize, int length) {
    var counted = Math.max(length, scaling.maximumPositions());
    var ratio = (float) scaling.factor() * counted / scaling.maximumPositions();
    var growth = ratio - (float) (scaling.factor() - 1);
    var exponent = (float) (rotatedSize / (rotatedSize - 2.0));
    return (float) Math.pow(growth, exponent) * (float) scaling.theta();
  }

  private static float stretched(float frequency, Llama3 scaling) {
    var wavelength = 1 / frequency * (float) (2 * Math.PI);
    if (wavelength > (float) (scaling.originalPositions() / scaling.lowFrequencyFactor())) {
      return frequency / (float) scaling.factor();
    }
    if (wavelength < (float) (scaling.originalPositions() / scaling.highFrequencyFactor())) {
      return frequency;
    }
    var turns = 1 / wavelength * scaling.originalPositions();
    var kept =
        (turns - (float) scaling.lowFrequencyFactor())
            / (float) (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
    return (1 - kept) * frequency / (float) scaling.factor() + kept * frequency;
  }

  /** {@code share} of the frequency is divided. */
  private static float ramped(float wave, float share, Yarn scaling) {
    var kept = 1 - share;
    var divided = 1 / ((float) scaling.factor() * wave);
    return divided * (1 - kept) + 1 / wave * kept;
  }

  private static List<Double> divisors(LongRope scaling, int length) {
    return length > scaling.originalPositions() ? scaling.longFactors() : scaling.shortFactors();
  }
}
