package io.llmforge.trainer.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows, caps, factors and experts, each by itself, and what goes wrong without them. */
class FamilyFeaturesTest {

  private static final double BOUND = 2e-5;
  private static final double LOSS_BOUND = 2e-6;

  /** Recorded tensors hold every eleventh element. */
  private static final int STRIDE = 11;

  private static TorchRuntime runtime;

  @TempDir private Path folder;

  @BeforeAll
  static void loadTorch() {
    runtime = TorchRuntime.start();
  }

  @AfterAll
  static void unloadTorch() {
    runtime.close();
  }

  /** Half a window, one, three, and where it says so more than two blocks of queries. */
  @ParameterizedTest
  @ValueSource(strings = {"mistral", "qwen2-windows", "gemma2", "gemma3"})
  void windowsAgreeAtEveryLength(String name) {
    var golden = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(golden);
    var actual = logits(golden, expected);

    var first = 0;
    for (var document : expected.documents()) {
      var length = document.tokenIds().size();
      var what = "%s, %d tokens".formatted(name, length);
      var agreement = new Agreement(GoldenTest.SLIDING_WINDOWS, what);
      var vocabulary = 320;
      var from = Math.ceilDiv(first * vocabulary, STRIDE);
      first += length;
      var to = Math.ceilDiv(first * vocabulary, STRIDE);
      agreement.add(
          "logits", part(actual, from, to), part(expected.tensor("logits"), from, to), BOUND);
      agreement.check();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma", "gemma2", "gemma3"})
  void capsRotaryBasesAndEmbeddingFactorAgree(String name) {
    var golden = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(golden);
    var agreement = new Agreement(GoldenTest.SOFT_CAPS, name);

    agreement.add("logits", logits(golden, expected), expected.tensor("logits"), BOUND);
    agreement.check();
  }

  /** PyTorch's own roundings of the square roots of Gemma's hidden sizes. */
  @ParameterizedTest
  @CsvSource({
    "1152, 34.0",
    "2048, 45.25",
    "2304, 48.0",
    "2560, 50.5",
    "3072, 55.5",
    "3584, 59.75",
    "3840, 62.0",
    "4608, 68.0"
  })
  void embeddingFactorIsRoundedAsWeightsAre(int hiddenSize, double rounded) throws IOException {
    write("gemma", "hidden_size", String.valueOf(hiddenSize));
    var agreement = new Agreement(GoldenTest.SOFT_CAPS, "embedding factor of " + hiddenSize);

    var factor = DecoderDescriptionReader.read(folder).factors().embedding();

    agreement.addExact("bfloat16", factor.with(ElementType.BF16), rounded);
    agreement.addExact(
        "float32", factor.with(ElementType.F32), (double) (float) Math.sqrt(hiddenSize));
    agreement.check();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mistral", "qwen3", "gemma2", "gemma3", "olmo2", "granite", "phi3", "mixtral"})
  void hiddenStatesOfEveryLayerAgree(String name) {
    var golden = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(golden);
    var agreement = new Agreement(GoldenTest.FORWARD, name + ", layer by layer");

    try (var scope = runtime.openScope()) {
      var passed = layers(golden, ReferenceCase.packed(expected.documents()), scope);
      for (var number = 0; number < passed.size() - 1; number++) {
        var hidden = ReferenceCase.recorded(passed.get(number).output().toFloats());
        agreement.add("hidden " + number, hidden, expected.tensor("hidden." + number), BOUND);
      }
    }
    agreement.check();
  }

  /** Two experts of each model have equal routers: every choice between them is a tie. */
  @ParameterizedTest
  @ValueSource(strings = {"mixtral", "qwen3-moe"})
  void tokensGoToTheExpertsOfTransformersInTheirOrder(String name) {
    var golden = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(golden);
    var agreement = new Agreement(GoldenTest.EXPERT_ROUTING, name);

    try (var scope = runtime.openScope()) {
      var passed = layers(golden, ReferenceCase.packed(expected.documents()), scope);
      for (var layer : expected.json().path("chosen").properties()) {
        var kept = passed.get(Integer.parseInt(layer.getKey()) + 1).kept();
        var chosen = kept.get(kept.size() - 6).toIntegers();
        agreement.addExact("layer " + layer.getKey(), chosen, numbers(layer.getValue()));
      }
    }
    agreement.check();
  }

  @Test
  void balancingLossAndItsGradientsAgree() throws IOException {
    var expected = ReferenceCase.read(ReferenceCase.folder("families", "mixtral-balanced"));
    write("mixtral", "output_router_logits", "true");
    write("mixtral", "router_aux_loss_coef", expected.json().path("coefficient").toString());
    var agreement = new Agreement(GoldenTest.EXPERT_ROUTING, "balancing loss");

    var losses = compareBalanced(expected, agreement);

    agreement.add("balancing loss", losses.balancing(), expected.number("balance"), LOSS_BOUND);
    agreement.add("nll", losses.negativeLogLikelihood(), expected.number("nll"), LOSS_BOUND);
    agreement.check();
  }

  @Test
  void balancingLossThatIsLeftOutIsCaught() throws IOException {
    var expected = ReferenceCase.read(ReferenceCase.folder("families", "mixtral-balanced"));
    write("mixtral", "output_router_logits", "false");
    var agreement = new Agreement(GoldenTest.EXPERT_ROUTING, "balancing loss left out");

    compareBalanced(expected, agreement);

    agreement.checkCaught(1000);
  }

  private RowLoss compareBalanced(ReferenceCase expected, Agreement agreement) {
    var row = ReferenceCase.packed(expected.documents());
    try (var model = load(folder)) {
      var losses = model.losses(row, expected.number("targets"), new DropoutKey(0, 0, 0));
      for (var gradient : model.trainables().gradients()) {
        var recorded = ReferenceCase.recorded(gradient.toFloats());
        var name = "grad." + gradient.name();
        agreement.add(gradient.name(), recorded, expected.tensor(name), BOUND);
      }
      return losses;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SLIDING_WINDOWS | mistral | sliding_window | 17",
        "SLIDING_WINDOWS | mistral | sliding_window | 15",
        "SLIDING_WINDOWS | mistral | sliding_window | null",
        "SLIDING_WINDOWS | qwen2-windows | use_sliding_window | false",
        "SLIDING_WINDOWS | qwen2-windows | max_window_layers | 2",
        "SLIDING_WINDOWS | gemma2 | layer_types | [\"full_attention\", \"sliding_attention\"]",
        "SLIDING_WINDOWS | gemma3 | sliding_window_pattern | 2",
        "SOFT_CAPS | gemma2 | attn_logit_softcapping | null",
        "SOFT_CAPS | gemma2 | final_logit_softcapping | null",
        "SOFT_CAPS | gemma2 | query_pre_attn_scalar | 16",
        "SOFT_CAPS | gemma3 | rope_local_base_freq | 1000000.0",
        "SOFT_CAPS | gemma3 | rope_theta | 10000.0",
        "SOFT_CAPS | gemma3 | rope_scaling | null",
        "SOFT_CAPS | gemma | architectures | [\"LlamaForCausalLM\"]",
        "ROTARY_TABLES | phi3 | original_max_position_embeddings | 33",
        "ROTARY_TABLES | llama-dynamic | max_position_embeddings | 33",
        "ROTARY_TABLES | llama-yarn | rope_parameters | {\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 64, \"attention_factor\": 1.0}",
        "FORWARD | granite | embedding_multiplier | 1.0",
        "FORWARD | granite | residual_multiplier | 1.0",
        "FORWARD | granite | attention_multiplier | 0.25",
        "FORWARD | granite | logits_scaling | 1.0",
        "FORWARD | qwen3 | rms_norm_eps | 1e-3",
        "EXPERT_ROUTING | qwen3-moe | norm_topk_prob | true",
        "EXPERT_ROUTING | mixtral | num_experts_per_tok | 1"
      })
  void featureReadWrongIsCaught(GoldenTest test, String name, String key, String value)
      throws IOException {
    var expected = ReferenceCase.read(ReferenceCase.folder("families", name));
    write(name, key, value);
    var agreement = new Agreement(test, "%s with %s %s".formatted(name, key, value));

    agreement.add("logits", logits(folder, expected), expected.tensor("logits"), BOUND);

    agreement.checkCaught(20);
  }

  /** The embedding's output first; what layers keep is kept. */
  private static List<DecoderProgram.LayerResult> layers(
      Path golden, PackedTokens tokens, TensorScope scope) {
    var model =
        LoadedModel.read(
            StartingWeights.of(golden),
            new Vocabulary(runtime, VocabularyPlan.AS_IT_IS),
            new Tuning.FullParameter(),
            1,
            new WeightMemory(scope, Precision.FLOAT32));
    var program =
        new DecoderProgram(runtime, model.description(), AttentionKernel.FUSED, Precision.FLOAT32);
    var row = program.row(tokens, RowDropout.NONE, scope);
    var passed = new ArrayList<DecoderProgram.LayerResult>();
    Tensor hidden = program.embed(row, model.parameters().embedding(), scope);
    passed.add(new DecoderProgram.LayerResult(hidden, List.of()));
    var groups = model.parameters().layers(model.description());
    for (var number = 0; number < groups.size(); number++) {
      var input = passed.getLast().output();
      passed.add(program.layer(number, input, row, groups.get(number), scope));
    }
    return passed;
  }

  private static float[] logits(Path source, ReferenceCase expected) {
    var row = ReferenceCase.packed(expected.documents());
    try (var model = load(source)) {
      var all = model.logits(row, IntStream.range(0, row.length()).toArray());
      return ReferenceCase.recorded(all);
    }
  }

  private static float[] part(float[] elements, int from, int to) {
    return Arrays.copyOfRange(elements, from, to);
  }

  private static long[] numbers(JsonNode lists) {
    return lists.valueStream().flatMap(JsonNode::valueStream).mapToLong(JsonNode::asLong).toArray();
  }

  /** A copy of a golden model in which one key says something else; later calls add to it. */
  private void write(String name, String key, String value) throws IOException {
    var golden = ReferenceCase.folder("families", name);
    var mapper = new ObjectMapper();
    var file = folder.resolve("config.json");
    if (!Files.exists(file)) {
      Files.copy(golden.resolve("config.json"), file);
      Files.copy(golden.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    }
    var config = (ObjectNode) mapper.readTree(Files.readString(file));
    config.set(key, mapper.readTree(value));
    Files.writeString(file, mapper.writeValueAsString(config));
  }

  private static CausalLanguageModel load(Path source) {
    return CausalLanguageModel.load(
        runtime, source, new Tuning.FullParameter(), 1, ModelOptions.defaults());
  }
}
