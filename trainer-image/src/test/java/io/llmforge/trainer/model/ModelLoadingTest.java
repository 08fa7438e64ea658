package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.checkpoint.SafetensorsWriter;
import io.llmforge.trainer.checkpoint.TensorFileException;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelLoadingTest {

  private static final Path SOURCE = ReferenceCase.folder("models", "llama");

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

  @BeforeEach
  void copyModel() throws IOException {
    for (var name : List.of("config.json", "model.safetensors")) {
      Files.copy(SOURCE.resolve(name), folder.resolve(name));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "architectures | [\"GPT2LMHeadModel\"] | architecture 'GPT2LMHeadModel' is not supported; supported are LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM, GemmaForCausalLM, Gemma2ForCausalLM, Gemma3ForCausalLM, Phi3ForCausalLM, Olmo2ForCausalLM, GraniteForCausalLM, MixtralForCausalLM, Qwen3MoeForCausalLM",
        "rope_parameters | {\"rope_type\": \"proportional\"} | rope_type 'proportional' is not supported; supported: default, linear, dynamic, llama3, yarn, longrope",
        "partial_rotary_factor | 0.5 | partial_rotary_factor '0.5' is not supported; supported: 1.0 in this family",
        "use_sliding_window | true | use_sliding_window 'true' is not supported; supported: false in this family",
        "use_bidirectional_attention | true | use_bidirectional_attention 'true' is not supported",
        "attn_logit_softcapping | 50.0 | attn_logit_softcapping '50.0' is not supported; supported: null in this family",
        "final_logit_softcapping | 30.0 | final_logit_softcapping '30.0' is not supported; supported: null in this family",
        "resid_pdrop | 0.1 | resid_pdrop '0.1' is not supported; supported: 0.0",
        "hidden_act | \"gelu\" | hidden_act 'gelu' is not supported",
        "layer_types | [\"full_attention\", \"sliding_attention\"] | layer_types 'sliding_attention' is not supported",
        "attention_dropout | 0.1 | attention_dropout '0.1' is not supported",
        "quantization_config | {\"bits\": 4} | quantized weights are not supported"
      })
  void unknownFeaturesAreRefused(String key, String value, String message) throws IOException {
    setConfig(key, value);

    assertThatThrownBy(this::load)
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hidden_size | null | 'hidden_size' must be a positive whole number",
        "num_key_value_heads | 3 | num_attention_heads 4 is not a multiple of num_key_value_heads 3",
        "vocab_size | 321 | tensor model.embed_tokens.weight has shape [320, 64], config.json asks for [321, 64]",
        "num_hidden_layers | 3 | lacks model.layers.2.input_layernorm.weight",
        "num_hidden_layers | 1 | holds, against its config.json, model.layers.1.input_layernorm.weight",
        "rope_parameters | {\"rope_type\": \"linear\"} | the rope parameter 'factor' must be a positive number",
        "rope_parameters | {\"rope_type\": \"longrope\", \"short_factor\": [1, 2], \"long_factor\": []} | the rope parameter 'short_factor' must be 8 positive numbers, one per pair of rotated dimensions",
        "head_dim | 15 | an even number of dimensions must be rotated, not 15 of 15",
        "layer_types | [\"full_attention\"] | layer_types names 1 layers, num_hidden_layers is 2"
      })
  void foldersThatContradictThemselvesAreRefused(String key, String value, String message)
      throws IOException {
    setConfig(key, value);

    assertThatThrownBy(this::load)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void missingConfigurationIsNamed() throws IOException {
    Files.delete(folder.resolve("config.json"));

    assertThatThrownBy(this::load)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("config.json does not exist");
  }

  @Test
  void configurationThatIsNotJsonIsNamed() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"a\": ");

    assertThatThrownBy(this::load)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("config.json is not JSON");
  }

  @Test
  void weightsThatAreNotFiniteAreRefused() throws IOException {
    putFinalNormLast();
    var bytes = Files.readAllBytes(folder.resolve("model.safetensors"));
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(bytes.length - Float.BYTES, Float.NaN);
    Files.write(folder.resolve("model.safetensors"), bytes);

    assertThatThrownBy(this::load)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("holds values that are not finite");
  }

  @Test
  void missingShardIsNamed() throws IOException {
    var shards = ReferenceCase.folder("models", "llama-bf16-sharded");
    try (Stream<Path> files = Files.list(shards)) {
      for (var file : files.toList()) {
        if (!file.endsWith("model-00002-of-00005.safetensors")) {
          Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }

    assertThatThrownBy(this::load)
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("model-00002-of-00005.safetensors: does not exist");
  }

  @Test
  void failedLoadingLeavesNoTensorBehind() throws IOException {
    var before = runtime.liveTensors();
    setConfig("num_hidden_layers", "3");

    assertThatThrownBy(this::load).isInstanceOf(ModelFormatException.class);

    assertThat(runtime.liveTensors()).isEqualTo(before);
  }

  @Test
  void targetsThatNameNoModuleAreRefusedWithTheNamesThatExist() {
    var targets = new Tuning.LoraTargets.Names(List.of("q_proj", "c_attn"));

    assertThatThrownBy(() -> load(lora(targets)))
        .isInstanceOf(AdapterTargetException.class)
        .hasMessageContaining("'c_attn' names no module of this model; it has lm_head,")
        .hasMessageContaining("model.layers.N.mlp.down_proj");
  }

  @Test
  void patternThatMatchesNothingIsRefused() {
    assertThatThrownBy(() -> load(lora(new Tuning.LoraTargets.Pattern("q_proj"))))
        .isInstanceOf(AdapterTargetException.class)
        .hasMessageContaining("pattern 'q_proj' matches no module");
  }

  @Test
  void patternThatIsNoExpressionIsRefused() {
    assertThatThrownBy(() -> load(lora(new Tuning.LoraTargets.Pattern("(q_proj"))))
        .isInstanceOf(AdapterTargetException.class)
        .hasMessageContaining("is not a regular expression");
  }

  @Test
  void allLinearLeavesTheHeadAlone() {
    try (var model = load(lora(new Tuning.LoraTargets.AllLinear()))) {
      assertThat(model.trainables().tensors())
          .hasSize(2 * 7 * 2)
          .noneMatch(tensor -> tensor.name().startsWith("lm_head"));
    }
  }

  private void putFinalNormLast() throws IOException {
    var target = folder.resolve("model.safetensors");
    var tensors = new ArrayList<NamedTensor>();
    try (var file = SafetensorsFile.open(SOURCE.resolve("model.safetensors"))) {
      file.tensors().stream()
          .sorted(Comparator.comparing(t -> t.name().equals("model.norm.weight")))
          .forEach(tensors::add);
      Files.delete(target);
      SafetensorsWriter.write(target, tensors, ElementType.F32, Map.of());
    }
  }

  private void setConfig(String key, String value) throws IOException {
    var mapper = new ObjectMapper();
    var file = folder.resolve("config.json");
    var config = (ObjectNode) mapper.readTree(Files.readString(file));
    config.set(key, mapper.readTree(value));
    Files.writeString(file, mapper.writeValueAsString(config));
  }

  private static Tuning lora(Tuning.LoraTargets targets) {
    return new Tuning.Lora(4, 8, 0, targets, false);
  }

  private CausalLanguageModel load() {
    return load(new Tuning.FullParameter());
  }

  private CausalLanguageModel load(Tuning tuning) {
    return CausalLanguageModel.load(runtime, folder, tuning, 1, ModelOptions.defaults());
  }
}
