package io.llmforge.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AdamWTest {

  private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
  private static final List<String> NAMES = List.of("layer.weight", "layer.bias", "tiny.weight");
  private static final double BOUND = 1e-6;

  private static TorchRuntime runtime;

  @BeforeAll
  static void loadTorch() {
    runtime = TorchRuntime.start();
  }

  @AfterAll
  static void unloadTorch() {
    runtime.close();
  }

  @Test
  void fiftyStepsAreThoseOfPyTorch() {
    var worst = 0.0;
    try (var file = SafetensorsFile.open(FIXTURES.resolve("adamw/expected.safetensors"));
        var scope = runtime.openScope()) {
      var expected = byName(file.tensors());
      var trained = NAMES.stream().map(name -> trained(name, expected, scope)).toList();
      try (var optimizer = new AdamW(runtime, trained, AdamW.Settings.withWeightDecay(0.1))) {
        for (var step = 0; step < 50; step++) {
          for (var tensor : trained) {
            tensor.gradient().write(get(expected, "grad." + step + "." + tensor.name()));
          }

          optimizer.step(1e-2);

          if (expected.containsKey("value." + step + "." + NAMES.getFirst())) {
            worst = Math.max(worst, worstError(optimizer, trained, expected, step));
          }
        }
      }
    }

    System.out.printf("AdamW, 50 steps: worst %.2e of %.0e%n", worst, BOUND);
    assertThat(worst).isLessThanOrEqualTo(BOUND);
  }

  static Stream<JsonNode> clippings() throws IOException {
    var file = FIXTURES.resolve("optim/clipping.json");
    return new ObjectMapper().readTree(Files.readString(file)).valueStream();
  }

  @ParameterizedTest
  @MethodSource("clippings")
  void clippingIsThatOfPyTorch(JsonNode clipping) {
    try (var scope = runtime.openScope()) {
      var trained =
          clipping
              .path("gradients")
              .valueStream()
              .map(gradient -> trained(floats(gradient), scope))
              .toList();
      try (var optimizer = new AdamW(runtime, trained, AdamW.Settings.withWeightDecay(0))) {
        var norm = optimizer.clipGradients(1);

        var expectedNorm = clipping.path("norm").asDouble();
        assertThat(norm).isCloseTo(expectedNorm, within(1e-6 * expectedNorm + 1e-30));
        for (var i = 0; i < trained.size(); i++) {
          assertThat(trained.get(i).gradient().toFloats())
              .usingComparatorWithPrecision(1e-6f)
              .containsExactly(floats(clipping.path("clipped").path(i)));
        }
      }
    }
  }

  @Test
  void restoredOptimizerGoesOnBitForBit() {
    try (var scope = runtime.openScope()) {
      var first = trained(new float[] {0.5f, -2, 3}, scope);
      var second = trained(new float[] {0.5f, -2, 3}, scope);
      try (var optimizer = optimizer(first);
          var resumed = optimizer(second)) {
        optimizer.step(0.1);

        resumed.restore(optimizer.state());
        second.value().write(first.value().named("value"));
        optimizer.step(0.1);
        resumed.step(0.1);

        assertThat(second.value().toFloats()).containsExactly(first.value().toFloats());
        assertThat(resumed.state().getLast().toFloats()).containsExactly(2);
      }
    }
  }

  @Test
  void stateOfOtherParametersIsRefused() {
    try (var scope = runtime.openScope();
        var optimizer = optimizer(trained(new float[] {1}, scope))) {
      assertThatThrownBy(() -> optimizer.restore(List.of()))
          .hasMessageContaining("lacks exp_avg.parameter");
    }
  }

  @Test
  void biasesAndNormsDoNotDecay() {
    try (var scope = runtime.openScope()) {
      var decaying =
          Stream.of(
                  "model.layers.0.self_attn.q_proj.bias",
                  "model.layers.0.input_layernorm.weight",
                  "model.norm.weight",
                  "model.embed_tokens.weight",
                  "lm_head.weight",
                  "model.layers.0.mlp.up_proj.lora_A.weight")
              .filter(name -> new TrainedTensor(name, scope.floats(1), scope.floats(1)).decays())
              .toList();

      assertThat(decaying)
          .containsExactly(
              "model.embed_tokens.weight",
              "lm_head.weight",
              "model.layers.0.mlp.up_proj.lora_A.weight");
    }
  }

  private static double worstError(
      AdamW optimizer, List<TrainedTensor> trained, Map<String, NamedTensor> expected, int step) {
    var worst = 0.0;
    var state = byName(optimizer.state());
    for (var tensor : trained) {
      var name = tensor.name();
      var suffix = "." + step + "." + name;
      worst = Math.max(worst, error(tensor.value().named(name), get(expected, "value" + suffix)));
      for (var kind : List.of("exp_avg", "exp_avg_sq")) {
        var error = error(get(state, kind + "." + name), get(expected, kind + suffix));
        worst = Math.max(worst, error);
      }
    }
    return worst;
  }

  private static double error(NamedTensor actual, NamedTensor expected) {
    var a = actual.toFloats();
    var b = expected.toFloats();
    var difference = 0.0;
    var scale = 0.0;
    for (var i = 0; i < b.length; i++) {
      difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
      scale = Math.max(scale, Math.abs(b[i]));
    }
    return difference / scale;
  }

  private static AdamW optimizer(TrainedTensor trained) {
    return new AdamW(runtime, List.of(trained), AdamW.Settings.withWeightDecay(0.01));
  }

  private static TrainedTensor trained(
      String name, Map<String, NamedTensor> expected, TensorScope scope) {
    var start = get(expected, "start." + name);
    return new TrainedTensor(name, scope.copyOf(start), scope.copyOf(start));
  }

  private static TrainedTensor trained(float[] gradient, TensorScope scope) {
    Tensor value = scope.zeros(gradient.length);
    return new TrainedTensor("parameter", value, scope.floats(gradient));
  }

  private static float[] floats(JsonNode array) {
    var floats = new float[array.size()];
    for (var i = 0; i < floats.length; i++) {
      floats[i] = (float) array.path(i).asDouble();
    }
    return floats;
  }

  private static NamedTensor get(Map<String, NamedTensor> tensors, String name) {
    var tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return tensor;
  }

  private static Map<String, NamedTensor> byName(List<NamedTensor> tensors) {
    return tensors.stream().collect(Collectors.toMap(NamedTensor::name, Function.identity()));
  }
}
