package io.llmforge.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlatGradientsTest {

  /** Everything in one buffer, in several, and tensors that are larger than a buffer. */
  @ParameterizedTest
  @CsvSource({"100, 1", "12, 2", "6, 3", "5, 5", "1, 15"})
  void everyElementIsShownOnceInOrderAndWhatBecomesOfItIsTakenOver(int most, int buffers) {
    try (var runtime = TorchRuntime.start();
        var scope = runtime.openScope()) {
      List<Tensor> gradients =
          List.of(
              tensor(scope, List.of(2L, 3L), 1, 2, 3, 4, 5, 6),
              tensor(scope, List.of(1L), 7),
              tensor(scope, List.of(5L), 8, 9, 10, 11, 12),
              tensor(scope, List.of(1L, 3L), 13, 14, 15));
      var program = runtime.load(AdamW.class, "adamw", "AdamW");
      List<Float> shown = new ArrayList<>();
      List<Integer> sizes = new ArrayList<>();

      new FlatGradients(runtime, program, gradients, most)
          .change(
              buffer -> {
                sizes.add(buffer.limit() / Float.BYTES);
                negate(buffer, shown);
              });

      assertThat(shown)
          .containsExactly(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f, 11f, 12f, 13f, 14f, 15f);
      assertThat(sizes).hasSize(buffers).allMatch(size -> size <= most);
      assertThat(gradients.get(0).toFloats()).containsExactly(-1, -2, -3, -4, -5, -6);
      assertThat(gradients.get(1).toFloats()).containsExactly(-7);
      assertThat(gradients.get(2).toFloats()).containsExactly(-8, -9, -10, -11, -12);
      assertThat(gradients.get(3).toFloats()).containsExactly(-13, -14, -15);
    }
  }

  private static Tensor tensor(TensorScope scope, List<Long> shape, float... elements) {
    return scope.copyOf(NamedTensor.of("gradient", shape, elements));
  }

  private static void negate(ByteBuffer buffer, List<Float> shown) {
    FloatBuffer elements = buffer.asFloatBuffer();
    for (int i = 0; i < elements.limit(); i++) {
      shown.add(elements.get(i));
      elements.put(i, -elements.get(i));
    }
  }
}
