package io.llmforge.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.model.Tuning;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepOperationsTest {

  /** Queries and values 8 wide, keys and values 4. */
  private static final BenchmarkShape SHAPE = new BenchmarkShape(10, 8, 16, 3, 4, 2);

  private static final double ATTENTION = 6.0 * 3 * 8 * (5 * 5 + 2 * 2);

  @Test
  void fullParameterStepsMakeThreeProductsOfEveryWeight() {
    var weights = 8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16;

    var operations = new StepOperations(SHAPE, new Tuning.FullParameter()).count(List.of(5, 2), 4);

    assertThat(operations).isEqualTo(2.0 * 3 * (3 * weights * 7 + 10 * 8 * 4) + ATTENTION);
  }

  @Test
  void adaptersAddSixProductsAndSaveTheGradientOfTheWeights() {
    var weights = 8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16;
    var widths = (8 + 8) + 2 * (8 + 4) + (8 + 8) + 3 * (8 + 16);
    var lora = new Tuning.Lora(2, 4, 0, new Tuning.LoraTargets.AllLinear(), false);

    var operations = new StepOperations(SHAPE, lora).count(List.of(5, 2), 4);

    assertThat(operations)
        .isEqualTo(2.0 * 2 * (3 * weights * 7 + 10 * 8 * 4) + 6.0 * 2 * widths * 3 * 7 + ATTENTION);
  }
}
