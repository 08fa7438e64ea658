package io.llmforge.trainer.model;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AttentionKernelTest {

  private static final double BOUND = 1e-5;

  /** Of three segments, the last of which is more than one block of queries. */
  private static final int TOKENS = 314;

  @Test
  void plainAttentionAgreesWithTheFusedKernel() {
    var agreement = new Agreement(GoldenTest.FORWARD, "plain against fused attention");
    try (var runtime = TorchRuntime.start();
        var scope = runtime.openScope()) {
      var fused = pass(runtime, AttentionKernel.FUSED, scope);
      var plain = pass(runtime, AttentionKernel.PLAIN, scope);
      fused.forEach(
          (name, expected) -> {
            var actual = plain.getOrDefault(name, scope.zeros(1));
            agreement.add(name, actual.toFloats(), expected.toFloats(), BOUND);
          });
    }
    agreement.check();
  }

  /** Output, gradient of the input and gradients of the weights of one layer. */
  private static Map<String, Tensor> pass(
      TorchRuntime runtime, AttentionKernel kernel, TensorScope scope) {
    var decoder = DecoderDescriptionReader.read(ReferenceCase.folder("models", "llama-llama3"));
    var program = new DecoderProgram(runtime, decoder, kernel, Precision.FLOAT32);
    var random = new Random(5);
    var weights = new LinkedHashMap<String, Tensor>();
    var gradients = new LinkedHashMap<String, Tensor>();
    for (var module : ModuleDescription.of(decoder)) {
      for (var parameter : module.parameters()) {
        if (parameter.name().startsWith(DecoderNames.layer(0))) {
          var value = drawn(parameter.shape().toArray(Long[]::new), random, scope);
          weights.put(parameter.name(), value);
          gradients.put(parameter.name(), scope.copyOf(zero(value)));
        }
      }
    }
    var group =
        ParameterGroup.withPrefix(DecoderNames.layer(0), weights, gradients)
            .renamed(name -> DecoderNames.inProgram(decoder, 0, name));
    var tokens = new PackedTokens(new int[TOKENS], new int[] {1, 13, 300}, new int[TOKENS]);
    var row = program.row(tokens, RowDropout.NONE, scope);
    var input = drawn(new Long[] {(long) TOKENS, (long) decoder.hiddenSize()}, random, scope);
    var outputGradient =
        drawn(new Long[] {(long) TOKENS, (long) decoder.hiddenSize()}, random, scope);

    var result = program.layer(0, input, row, group, scope);
    var layerInput = new LayerInput(row, result.kept());
    var inputGradient = program.layerBackward(0, outputGradient, layerInput, group, scope);

    var all = new LinkedHashMap<>(gradients);
    all.put("output", result.output());
    all.put("input gradient", inputGradient);
    return all;
  }

  private static Tensor drawn(Long[] shape, Random random, TensorScope scope) {
    var sizes = java.util.List.of(shape);
    var count = sizes.stream().reduce(1L, Math::multiplyExact);
    var elements = new float[Math.toIntExact(count)];
    IntStream.range(0, elements.length)
        .forEach(i -> elements[i] = 0.2f * (float) random.nextGaussian());
    return scope.copyOf(NamedTensor.of("drawn", sizes, elements));
  }

  private static NamedTensor zero(Tensor like) {
    return NamedTensor.of("zero", like.shape(), new float[Math.toIntExact(like.elementCount())]);
  }
}
