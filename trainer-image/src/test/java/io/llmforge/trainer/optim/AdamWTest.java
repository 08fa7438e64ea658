package io.llmforge.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private static final double DECAY = 0.1;

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
    var agreement = new Agreement(GoldenTest.ADAMW, "values and moments after each of 50 steps");

    addFiftySteps(agreement, NAMES, AdamW.Settings.withWeightDecay(DECAY));

    agreement.check();
  }

  @Test
  void epsilonThatIsCorrectedAsTheMomentsAreIsCaught() {
    var atFirstStep = 1e-8 / Math.sqrt(1 - 0.999);
    var agreement = new Agreement(GoldenTest.ADAMW, "epsilon as it is before bias correction");

    addFiftySteps(agreement, NAMES, new AdamW.Settings(0.9, 0.999, atFirstStep, DECAY));

    agreement.checkCaught(1000);
  }

  @Test
  void decayOfABiasIsCaught() {
    var agreement = new Agreement(GoldenTest.ADAMW, "the bias decays too");

    addFiftySteps(
        agreement,
        List.of("layer.weight", "layer.offset", "tiny.weight"),
        AdamW.Settings.withWeightDecay(DECAY));

    agreement.checkCaught(1000);
  }

  @Test
  void decayThatIsLeftOutIsCaught() {
    var agreement = new Agreement(GoldenTest.ADAMW, "no decay at all");

    addFiftySteps(agreement, NAMES, AdamW.Settings.withWeightDecay(0));

    agreement.checkCaught(1000);
  }

  static Stream<JsonNode> clippings() throws IOException {
    var file = FIXTURES.resolve("optim/clipping.json");
    return new ObjectMapper().readTree(Files.readString(file)).valueStream();
  }

  @ParameterizedTest
  @MethodSource("clippings")
  void clippingIsThatOfPyTorch(JsonNode clipping) {
    var agreement =
        new Agreement(
            GoldenTest.GRADIENT_CLIPPING, "norm %s".formatted(clipping.path("norm").asText()));
    try (var scope = runtime.openScope()) {
      var trained = trained(clipping, scope);
      try (var optimizer = new AdamW(runtime, trained, AdamW.Settings.withWeightDecay(0))) {
        addClipped(agreement, optimizer.clipGradients(1), trained, clipping);
      }
    }
    agreement.check();
  }

  /** A norm for each tensor, where one for all is meant. */
  @Test
  void clippingEachTensorByItselfIsCaught() throws IOException {
    var clipping = clippings().toList().getLast();
    var agreement = new Agreement(GoldenTest.GRADIENT_CLIPPING, "each tensor clipped by itself");
    try (var scope = runtime.openScope()) {
      var trained = trained(clipping, scope);
      var squares = 0.0;
      for (var tensor : trained) {
        try (var optimizer = optimizer(tensor)) {
          squares += Math.pow(optimizer.clipGradients(1), 2);
        }
      }

      addClipped(agreement, Math.sqrt(squares), trained, clipping);
    }
    agreement.checkCaught(1000);
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

  /**
   * Fifty steps over recorded gradients.
   *
   * @param names what the recorded tensors are called, which decides whether they decay
   */
  private static void addFiftySteps(
      Agreement agreement, List<String> names, AdamW.Settings settings) {
    try (var file = SafetensorsFile.open(FIXTURES.resolve("adamw/expected.safetensors"));
        var scope = runtime.openScope()) {
      var expected = byName(file.tensors());
      var trained = new ArrayList<TrainedTensor>();
      for (var i = 0; i < names.size(); i++) {
        trained.add(trained(names.get(i), get(expected, "start." + NAMES.get(i)), scope));
      }
      try (var optimizer = new AdamW(runtime, trained, settings)) {
        for (var step = 0; step < 50; step++) {
          for (var i = 0; i < names.size(); i++) {
            trained.get(i).gradient().write(get(expected, "grad." + step + "." + NAMES.get(i)));
          }

          optimizer.step(1e-2);

          var state = byName(optimizer.state());
          for (var i = 0; i < names.size(); i++) {
            var suffix = "." + step + "." + NAMES.get(i);
            add(agreement, trained.get(i).value().named("value"), expected, "value" + suffix);
            for (var kind : List.of("exp_avg", "exp_avg_sq")) {
              add(agreement, get(state, kind + "." + names.get(i)), expected, kind + suffix);
            }
          }
        }
      }
    }
  }

  private static void add(
      Agreement agreement, NamedTensor actual, Map<String, NamedTensor> expected, String name) {
    agreement.add(name, actual.toFloats(), get(expected, name).toFloats(), BOUND);
  }

  private static void addClipped(
      Agreement agreement, double norm, List<TrainedTensor> trained, JsonNode clipping) {
    agreement.add("norm", norm, clipping.path("norm").asDouble(), BOUND);
    for (var i = 0; i < trained.size(); i++) {
      agreement.add(
          "gradient " + i,
          trained.get(i).gradient().toFloats(),
          floats(clipping.path("clipped").path(i)),
          BOUND);
    }
  }

  private static AdamW optimizer(TrainedTensor trained) {
    return new AdamW(runtime, List.of(trained), AdamW.Settings.withWeightDecay(0.01));
  }

  private static TrainedTensor trained(String name, NamedTensor start, TensorScope scope) {
    return new TrainedTensor(name, scope.copyOf(start), scope.copyOf(start));
  }

  private static List<TrainedTensor> trained(JsonNode clipping, TensorScope scope) {
    return clipping
        .path("gradients")
        .valueStream()
        .map(gradient -> trained(floats(gradient), scope))
        .toList();
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
