package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logits in bfloat16. Two correct programs differ in them by roundings, so ours are held against
 * float32, and may be further from it than Transformers' own bfloat16 by a quarter and 1e-3.
 */
class Bfloat16ForwardTest {

  /** What bfloat16 keeps of a float32: its sign, its exponent and 7 of 23 bits. */
  private static final int KEPT_BITS = 0xFFFF0000;

  @RegisterExtension static final ReferenceModels MODELS = new ReferenceModels();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-dynamic",
        "llama-yarn",
        "mistral",
        "qwen2-windows",
        "qwen3",
        "phi3",
        "olmo2",
        "granite",
        "mixtral",
        "qwen3-moe"
      })
  void logitsAreAsCloseToFloat32AsThoseOfTransformers(String name) {
    check(GoldenTest.BFLOAT16_FORWARD, name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma", "gemma2", "gemma3"})
  void capsAndFactorsAreAsCloseToFloat32AsThoseOfTransformers(String name) {
    check(GoldenTest.SOFT_CAPS, name);
  }

  /** Or else this file would compare float32 with itself. */
  @Test
  void modelReallyComputesInBfloat16() {
    var folder = ReferenceCase.folder("families", "qwen3");
    var expected = ReferenceCase.read(folder);

    var logits = logits(folder, expected, UnaryOperator.identity());

    for (var logit : logits) {
      assertThat(truncated(logit, KEPT_BITS)).isEqualTo(logit);
    }
    assertThat(error(logits, expected.tensor("logits"))).isGreaterThan(1e-3);
  }

  /** One bit less than bfloat16 has, cut off instead of rounded. */
  @ParameterizedTest
  @ValueSource(strings = {"llama-dynamic", "qwen3", "gemma2"})
  void weightsWithFewerBitsAreCaught(String name) {
    var folder = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(folder);
    var agreement =
        new Agreement(GoldenTest.BFLOAT16_FORWARD, "%s with weights of 5 bits".formatted(name));

    var logits = logits(folder, expected, element -> truncated(element, KEPT_BITS << 2));

    agreement.addError("logits", error(logits, expected.tensor("logits")), bound(expected));
    agreement.checkCaught(1);
  }

  private static void check(GoldenTest test, String name) {
    var folder = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(folder);
    var agreement = new Agreement(test, name + " in bfloat16");

    var logits = logits(folder, expected, UnaryOperator.identity());

    agreement.addError("logits", error(logits, expected.tensor("logits")), bound(expected));
    agreement.check();
  }

  private static float[] logits(
      Path folder, ReferenceCase expected, UnaryOperator<Float> ofWeights) {
    var row = ReferenceCase.packed(expected.documents());
    var options = ModelOptions.defaults().with(Precision.BFLOAT16);
    try (var model = MODELS.load(folder, new Tuning.FullParameter(), options)) {
      model
          .trainables()
          .restore(model.trainables().values().stream().map(t -> changed(t, ofWeights)).toList());
      return ReferenceCase.recorded(model.logits(row, IntStream.range(0, row.length()).toArray()));
    }
  }

  private static NamedTensor changed(NamedTensor tensor, UnaryOperator<Float> change) {
    var elements = tensor.toFloats();
    IntStream.range(0, elements.length).forEach(i -> elements[i] = change.apply(elements[i]));
    return NamedTensor.of(tensor.name(), tensor.shape(), elements);
  }

  private static double bound(ReferenceCase expected) {
    return 1.25 * expected.number("bfloat16_error") + 1e-3;
  }

  private static float truncated(float element, int bits) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(element) & bits);
  }

  private static double error(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    var difference = 0.0;
    var scale = 0.0;
    for (var i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    assertThat(List.of(difference, scale)).allMatch(Double::isFinite);
    return difference / scale;
  }
}
