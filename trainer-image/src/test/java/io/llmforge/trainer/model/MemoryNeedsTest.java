package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.torch.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a model takes, by the numbers it computes in. */
class MemoryNeedsTest {

  private static final Tuning LORA =
      new Tuning.Lora(4, 8, 0, new Tuning.LoraTargets.AllLinear(), false);

  @ParameterizedTest
  @EnumSource(Precision.class)
  void whatIsTrainedHasAFloat32OriginalAndACopyBesideIt(Precision precision) {
    var needs = needs(new Tuning.FullParameter(), precision);

    var perWeight =
        switch (precision) {
          case FLOAT32 -> 4;
          case BFLOAT16 -> 4 + 2;
        };
    assertThat(needs.weightBytes()).isEqualTo(perWeight * needs.elements());
    assertThat(needs.gradientBytes()).isEqualTo(4 * needs.elements());
    assertThat(needs.optimizerBytes()).isEqualTo(8 * needs.elements());
    assertThat(needs.precision()).isEqualTo(precision);
  }

  @Test
  void frozenWeightsAreHeldOnceAndHalfAsBig() {
    var wide = needs(LORA, Precision.FLOAT32);
    var narrow = needs(LORA, Precision.BFLOAT16);

    assertThat(wide.weightBytes()).isEqualTo(4 * (wide.elements() + wide.trainedElements()));
    assertThat(narrow.weightBytes())
        .isEqualTo(2 * narrow.elements() + 6 * narrow.trainedElements());
  }

  @Test
  void activationsAreHalfAsBigAndLogitsAreNot() {
    var wide = needs(LORA, Precision.FLOAT32);
    var narrow = needs(LORA, Precision.BFLOAT16);

    assertThat(2 * narrow.activationBytes(100, 2)).isEqualTo(wide.activationBytes(100, 2));
    assertThat(narrow.logitsBytesPerRow()).isEqualTo(wide.logitsBytesPerRow());
    assertThat(narrow.passingBytes(1, 1L << 30)).isGreaterThan(wide.passingBytes(1, 1L << 30));
  }

  private static MemoryNeeds needs(Tuning tuning, Precision precision) {
    return MemoryNeeds.of(ReferenceCase.folder("families", "qwen3"), tuning, precision);
  }
}
