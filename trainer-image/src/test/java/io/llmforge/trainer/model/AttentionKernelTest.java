package io.llmforge.trainer.model;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionKernelTest {

  /** Of three segments, the last of which is more than one block of queries. */
  private static final int TOKENS = 314;

  /** On a GPU these are other kernels than on a CPU: of one segment each, or of the whole row. */
  @ParameterizedTest
  @CsvSource({
    "models/llama-llama3, FLOAT32, 1e-5",
    "models/llama-llama3, BFLOAT16, 2e-2",
    "families/mistral, BFLOAT16, 2e-2"
  })
  void plainAttentionAgreesWithTheFusedKernel(String model, Precision precision, double bound) {
    var agreement =
        new Agreement(
            GoldenTest.FORWARD,
            "plain against fused attention, %s in %s".formatted(model, precision.text()));
    try (var runtime = TorchRuntime.start();
        var scope = runtime.openScope()) {
      var fused = new Pass(runtime, model, precision, scope).by(AttentionKernel.FUSED);
      var plain = new Pass(runtime, model, precision, scope).by(AttentionKernel.PLAIN);
      fused.forEach(
          (name, expected) -> {
            var actual = plain.getOrDefault(name, new float[0]);
            agreement.add(name, actual, expected, bound);
          });
    }
    agreement.check();
  }

  /** One layer, forward and back, always with the same numbers. */
  private record Pass(TorchRuntime runtime, String model, Precision precision, TensorScope scope) {

    /** Output, gradient of the input and gradients of the weights. */
    Map<String, float[]> by(AttentionKernel kernel) {
      var decoder = DecoderDescriptionReader.read(ReferenceCase.folder(model));
      var program = new DecoderProgram(runtime, decoder, kernel, precision);
      var random = new Random(5);
      var weights = new LinkedHashMap<String, Tensor>();
      var gradients = new LinkedHashMap<String, Tensor>();
      var memory = new WeightMemory(scope, precision);
      for (var module : ModuleDescription.of(decoder)) {
        for (var parameter : module.parameters()) {
          if (parameter.name().startsWith(DecoderNames.layer(0))) {
            var value = drawn(parameter.name(), parameter.shape(), random);
            weights.put(parameter.name(), memory.frozen(value));
            gradients.put(parameter.name(), scope.copyOf(zero(value)));
          }
        }
      }
      var group =
          ParameterGroup.withPrefix(DecoderNames.layer(0), weights, gradients)
              .renamed(name -> DecoderNames.inProgram(decoder, 0, name));
      var tokens = new PackedTokens(new int[TOKENS], new int[] {1, 13, 300}, new int[TOKENS]);
      var row = program.row(tokens, RowDropout.NONE, scope);
      var shape = List.of((long) TOKENS, (long) decoder.hiddenSize());
      var input = scope.copyOf(drawn("input", shape, random), precision);
      var outputGradient = scope.copyOf(drawn("output gradient", shape, random), precision);

      var result = program.layer(0, input, row, group, scope);
      // Read before the way back, which may overwrite it.
      var output = result.output().named("output").toFloats();
      var layerInput = new LayerInput(row, result.kept());
      var inputGradient = program.layerBackward(0, outputGradient, layerInput, group, scope);

      var all = new LinkedHashMap<String, float[]>();
      all.put("output", output);
      all.put("input gradient", inputGradient.named("input gradient").toFloats());
      gradients.forEach((name, gradient) -> all.put(name, gradient.toFloats()));
      if (precision == Precision.BFLOAT16) {
        // A softmax does not see what is added to all keys: the gradient is nothing but roundings.
        all.keySet().removeIf(name -> name.endsWith("k_proj.bias"));
      }
      return all;
    }
  }

  private static NamedTensor drawn(String name, List<Long> shape, Random random) {
    var count = shape.stream().reduce(1L, Math::multiplyExact);
    var elements = new float[Math.toIntExact(count)];
    IntStream.range(0, elements.length)
        .forEach(i -> elements[i] = 0.2f * (float) random.nextGaussian());
    return NamedTensor.of(name, shape, elements);
  }

  private static NamedTensor zero(NamedTensor like) {
    return NamedTensor.of("zero", like.shape(), new float[Math.toIntExact(like.elementCount())]);
  }
}
