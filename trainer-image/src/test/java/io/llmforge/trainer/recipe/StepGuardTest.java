package io.llmforge.trainer.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.TrainingPlan.Every;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepGuardTest {

  private final StepGuard guard = new StepGuard();

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
        .hasMessageContaining("lower learning_rate");
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
