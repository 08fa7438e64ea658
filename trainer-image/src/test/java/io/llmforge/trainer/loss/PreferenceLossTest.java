package io.llmforge.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.llmforge.trainer.loss.PreferenceLoss.LogRatios;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PreferenceLossTest {

  private static final double STEP = 1e-5;

  static Stream<PreferenceLoss> losses() {
    return Stream.of(
        new PreferenceLoss.Sigmoid(0.1, 0),
        new PreferenceLoss.Sigmoid(0.3, 0.1),
        new PreferenceLoss.Robust(0.3, 0.2),
        new PreferenceLoss.Robust(0.3, 0),
        new PreferenceLoss.Hinge(0.4),
        new PreferenceLoss.Ipo(0.2));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientIsTheSlopeOfTheLoss(PreferenceLoss loss) {
    for (var pair :
        List.of(
            new LogRatios(0, 0, 3, 5),
            new LogRatios(2.5, -1, 7, 4),
            new LogRatios(-3, 4, 1, 1),
            new LogRatios(-40, 35, 20, 31),
            new LogRatios(60, -45, 20, 31))) {
      var at = loss.of(pair);

      double chosen = slope(value(loss, pair, STEP, 0), value(loss, pair, -STEP, 0));
      double rejected = slope(value(loss, pair, 0, STEP), value(loss, pair, 0, -STEP));

      assertThat(at.chosenGradient()).as("%s at %s", loss, pair).isCloseTo(chosen, within(1e-7));
      assertThat(at.rejectedGradient())
          .as("%s at %s", loss, pair)
          .isCloseTo(rejected, within(1e-7));
    }
  }

  @Test
  void lossesHaveTheirKnownValues() {
    var even = new LogRatios(0, 0, 2, 4);

    assertThat(new PreferenceLoss.Sigmoid(0.1, 0).of(even).value())
        .isCloseTo(Math.log(2), within(1e-15));
    assertThat(new PreferenceLoss.Sigmoid(0.1, 0.3).of(even).value())
        .isCloseTo(Math.log(2), within(1e-15));
    assertThat(new PreferenceLoss.Robust(0.1, 0.3).of(even).value())
        .isCloseTo(Math.log(2), within(1e-15));
    assertThat(new PreferenceLoss.Hinge(0.1).of(even).value()).isEqualTo(1);
    assertThat(new PreferenceLoss.Ipo(0.1).of(even).value()).isCloseTo(25, within(1e-12));
    assertThat(new PreferenceLoss.Hinge(1).of(new LogRatios(3, 1, 2, 4)).value()).isZero();
  }

  @Test
  void lossesStayFiniteWhereTheLogisticFunctionDoesNot() {
    var hopeless = new LogRatios(-1e5, 1e5, 2, 4);
    var settled = new LogRatios(1e5, -1e5, 2, 4);

    assertThat(new PreferenceLoss.Sigmoid(0.5, 0).of(hopeless).value()).isEqualTo(1e5);
    assertThat(new PreferenceLoss.Sigmoid(0.5, 0).of(settled).value()).isZero();
    assertThat(new PreferenceLoss.Sigmoid(0.5, 0).of(settled).chosenGradient()).isZero();
    assertThat(new PreferenceLoss.Sigmoid(0.5, 0).of(hopeless).chosenGradient()).isEqualTo(-0.5);
  }

  /** The mean over labels that are wrong with probability e is the loss of right labels. */
  @Test
  void robustLossIsUnbiasedUnderLabelNoise() {
    double e = 0.2;
    var pair = new LogRatios(1.5, -2, 3, 3);
    var swapped = new LogRatios(-2, 1.5, 3, 3);
    var robust = new PreferenceLoss.Robust(0.7, e);

    double mean = (1 - e) * robust.of(pair).value() + e * robust.of(swapped).value();

    assertThat(mean).isCloseTo(new PreferenceLoss.Sigmoid(0.7, 0).of(pair).value(), within(1e-12));
  }

  private static double value(
      PreferenceLoss loss, LogRatios pair, double toChosen, double toRejected) {
    return loss.of(
            new LogRatios(
                pair.chosen() + toChosen,
                pair.rejected() + toRejected,
                pair.chosenTargets(),
                pair.rejectedTargets()))
        .value();
  }

  private static double slope(double above, double below) {
    return (above - below) / (2 * STEP);
  }
}
