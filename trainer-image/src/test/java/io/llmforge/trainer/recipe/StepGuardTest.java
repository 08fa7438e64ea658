package io.llmforge.trainer.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.TrainingPlan.Every;
import io.llmforge.trainer.checkpoint.GuardState;
import java.util.ArrayList;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepGuardTest {

  private static final OptionalDouble GUESSING = OptionalDouble.of(5);

  private StepGuard guard = new StepGuard(GuardState.INITIAL, GUESSING);

  @Test
  void stepThatIsNotFiniteIsSkippedAndForgottenByTheNextGoodOne() {
    assertThat(guard.allows(1, Double.NaN, 1)).isFalse();
    assertThat(guard.allows(2, 1, Double.POSITIVE_INFINITY)).isFalse();
    assertThat(guard.allows(3, 1, 1)).isTrue();
    assertThat(guard.allows(4, Double.NaN, 1)).isFalse();
    assertThat(guard.allows(5, Double.NaN, 1)).isFalse();
  }

  @Test
  void threeInARowAreDivergence() {
    guard.allows(1, Double.NaN, 1);
    guard.allows(2, Double.NaN, 1);

    assertThatThrownBy(() -> guard.allows(3, Double.NaN, 1))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("step 3: loss NaN")
        .hasMessageContaining("[1, 2, 3] had no finite value")
        .hasMessageContaining("lower learning_rate");
  }

  @Test
  void fiveInAHundredAreDivergence() {
    for (var step : new long[] {1, 60, 80, 99}) {
      assertThat(guard.allows(step, Double.NaN, 1)).isFalse();
      assertThat(guard.allows(step + 1, 1, 1)).isTrue();
    }
    var earlier = guard.state();

    assertThatThrownBy(() -> guard.allows(100, Double.NaN, 1))
        .isInstanceOf(DivergedException.class);
    guard = new StepGuard(earlier, GUESSING);
    assertThat(guard.allows(101, Double.NaN, 1)).as("the first is out of the window").isFalse();
  }

  @Test
  void tenZeroGradientsMeanThatNothingIsTrained() {
    for (int step = 1; step < 10; step++) {
      assertThat(guard.allows(step, 2, 0)).isTrue();
    }

    assertThatThrownBy(() -> guard.allows(10, 2, 0))
        .isInstanceOf(PlanInvalidException.class)
        .hasMessageContaining("target_modules");
  }

  @Test
  void lossThatStaysFarAboveItsBestIsDivergence() {
    long step = 1;
    while (step <= 100) {
      assertThat(guard.allows(step++, 2, 1)).isTrue();
    }
    var steps = new ArrayList<Long>();

    assertThatThrownBy(
            () -> {
              while (true) {
                long next = 101L + steps.size();
                guard.allows(next, 9, 1);
                steps.add(next);
              }
            })
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("was down at 2.000");
    assertThat(steps).as("steps until the average is above 5, and 49 more").hasSize(5 + 49);
  }

  @Test
  void lossThatComesBackIsNoDivergence() {
    for (long step = 1; step <= 1000; step++) {
      assertThat(guard.allows(step, step % 60 < 40 ? 2 : 9, 1)).isTrue();
    }
  }

  @Test
  void lossOfTheFirstStepsIsComparedWithGuessing() {
    assertThat(warningOfFirstSteps(5.1)).contains("guessing (5.00)");
    assertThat(warningOfFirstSteps(4.9)).isEmpty();
  }

  @Test
  void everythingIsRememberedAcrossACheckpoint() {
    var straight = new StepGuard(GuardState.INITIAL, GUESSING);
    var losses = new Random(4);
    for (long step = 1; step <= 90; step++) {
      double loss = losses.nextInt(40) == 0 ? Double.NaN : 2 + 10 * losses.nextDouble();
      double norm = losses.nextInt(3) == 0 ? 0 : 1;

      boolean allowed = straight.allows(step, loss, norm);

      guard = new StepGuard(guard.state(), GUESSING);
      assertThat(guard.allows(step, loss, norm)).isEqualTo(allowed);
      assertThat(guard.state()).isEqualTo(straight.state());
    }
  }

  private static String warningOfFirstSteps(double loss) {
    var guard = new StepGuard(GuardState.INITIAL, GUESSING);
    var warnings = new ArrayList<String>();
    for (long step = 1; step <= 30; step++) {
      guard.allows(step, loss, 1);
      guard.warningAfter(step).ifPresent(warnings::add);
    }
    return String.join("\n", warnings);
  }

  @ParameterizedTest
  @CsvSource({
    "EPOCHS, 1, '4 8 10'",
    "EPOCHS, 2, '8 10'",
    "STEPS, 3, '3 6 9 10'",
    "TIMES_PER_RUN, 1, '10'",
    "TIMES_PER_RUN, 3, '4 7 10'",
    "TIMES_PER_RUN, 20, '1 2 3 4 5 6 7 8 9 10'"
  })
  void evaluationIsDueAtItsDistanceAndAfterTheLastStep(Every.Unit unit, int count, String due) {
    var times = new EvaluationTimes(new Every(unit, count), 4, 10);

    var steps =
        LongStream.rangeClosed(0, 10).filter(times::isDueAfter).mapToObj(Long::toString).toList();

    assertThat(String.join(" ", steps)).isEqualTo(due);
  }
}
