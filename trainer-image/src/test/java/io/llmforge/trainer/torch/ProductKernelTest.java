package io.llmforge.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductKernelTest {

  private static final double BOUND = 1e-5;
  private static final List<String> NAMES = List.of("forward", "bias", "backward", "onto");

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 64, 3", "7, 16, 112", "130, 96, 320"})
  void bothKernelsAgree(int rows, int inputs, int outputs) {
    var agreement =
        new Agreement(
            GoldenTest.FORWARD, "products of %d x %d x %d".formatted(rows, inputs, outputs));
    var expected = products(ProductKernel.PLAIN, rows, inputs, outputs);
    var actual = products(ProductKernel.ONEDNN, rows, inputs, outputs);
    for (var i = 0; i < NAMES.size(); i++) {
      agreement.add(NAMES.get(i), actual.get(i), expected.get(i), BOUND);
    }
    agreement.check();
  }

  @Test
  void theKernelFollowsFromTheProcessor() {
    assertThat(kernel("vendor_id\t: AuthenticAMD\nflags\t\t: fpu avx2 avx512f avx512bw"))
        .isEqualTo(ProductKernel.ONEDNN);
    assertThat(kernel("vendor_id\t: AuthenticAMD\nflags\t\t: fpu avx2"))
        .isEqualTo(ProductKernel.PLAIN);
    assertThat(kernel("vendor_id\t: GenuineIntel\nflags\t\t: fpu avx2 avx512f"))
        .isEqualTo(ProductKernel.PLAIN);
    assertThat(kernel("")).isEqualTo(ProductKernel.PLAIN);
  }

  private static ProductKernel kernel(String cpuInformation) {
    return ProductKernel.of(ProcessorFeatures.of(cpuInformation));
  }

  private static List<float[]> products(ProductKernel kernel, int rows, int inputs, int outputs) {
    var random = new Random(3);
    try (var runtime = TorchRuntime.startOnCpu(kernel);
        var scope = runtime.openScope()) {
      return runtime
          .load(ProductKernelTest.class, "every_product", "EveryProduct")
          .call("run")
          .with(drawn(scope, random, rows, inputs))
          .with(drawn(scope, random, outputs, inputs))
          .with(drawn(scope, random, outputs))
          .with(drawn(scope, random, rows, outputs))
          .run(scope)
          .stream()
          .map(Tensor::toFloats)
          .toList();
    }
  }

  private static Tensor drawn(TensorScope scope, Random random, long... sizes) {
    var shape = Arrays.stream(sizes).boxed().toList();
    var elements = new float[(int) shape.stream().reduce(1L, Math::multiplyExact).longValue()];
    for (var i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return scope.copyOf(NamedTensor.of("drawn", shape, elements));
  }
}
