package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.AdapterDetails;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.SafetensorsWriter;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Writes models and adapters together with the logits they must give. Where the system property
 * {@code llmforge.written} names a folder, they stay there for {@code check_written.py}.
 */
class WrittenForOthersTest {

  @TempDir private Path temporary;

  @ParameterizedTest
  @CsvSource({
    "llama-full, models/llama, ",
    "qwen2-tied-full, models/qwen2-tied, ",
    "llama-projections, models/llama, all",
    "llama-ends, models/llama, ends",
    "llama-tied-ends, models/llama-tied, ends",
    "qwen2-expression, models/qwen2, expression",
    "llama-patterns, models/llama, patterns",
    "llama-saved-modules, models/llama, saved",
    "llama-biases, models/llama-llama3, biases",
    "phi3-family-default, families/phi3, default",
    "mistral-all, families/mistral, all",
    "qwen3-all, families/qwen3, all",
    "gemma-full, families/gemma, ",
    "gemma2-ends, families/gemma2, ends",
    "gemma3-all, families/gemma3, all",
    "phi3-all, families/phi3, all",
    "olmo2-full, families/olmo2, ",
    "granite-all, families/granite, all",
    "mixtral-full, families/mixtral, ",
    "mixtral-attention, families/mixtral, attention",
    "qwen3-moe-attention, families/qwen3-moe, attention"
  })
  void foldersHoldWhatLoadersNeed(String name, String base, String targets) throws IOException {
    var folder =
        Optional.ofNullable(System.getProperty("llmforge.written"))
            .map(Path::of)
            .orElse(temporary)
            .resolve(name);
    Files.createDirectories(folder.resolve("model"));
    var source = ReferenceCase.folder(base);
    var document = ReferenceCase.read(source).documents().getFirst();
    var row = ReferenceCase.packed(List.of(document));

    try (var runtime = TorchRuntime.start();
        var model =
            CausalLanguageModel.load(
                runtime, source, tuning(targets), 3, ModelOptions.defaults())) {
      change(model);
      model.writeModel(folder.resolve("model"), ElementType.F32);
      if (targets != null) {
        Files.createDirectories(folder.resolve("adapter"));
        model.writeAdapter(folder.resolve("adapter"), source.toAbsolutePath().toString());
      }
      writeLogits(folder, model, row);
    }

    Files.writeString(
        folder.resolve("ids.json"), new ObjectMapper().writeValueAsString(document.tokenIds()));
    assertThat(folder.resolve("model/config.json")).exists();
    assertThat(folder.resolve("model/model.safetensors")).exists();
    assertThat(folder.resolve("adapter").toFile().exists()).isEqualTo(targets != null);
  }

  private static void writeLogits(Path folder, CausalLanguageModel model, PackedTokens row) {
    var logits = model.logits(row, IntStream.range(0, row.length()).toArray());
    var shape = List.of((long) row.length(), (long) model.vocabularySize());
    SafetensorsWriter.write(
        folder.resolve("logits.safetensors"),
        List.of(NamedTensor.of("logits", shape, logits)),
        ElementType.F32,
        Map.of());
  }

  /** Moves every trained value, so that what is written differs from what was read. */
  private static void change(CausalLanguageModel model) {
    var values = model.trainables().values();
    model.trainables().restore(values.stream().map(WrittenForOthersTest::changed).toList());
  }

  private static NamedTensor changed(NamedTensor tensor) {
    var elements = tensor.toFloats();
    for (var i = 0; i < elements.length; i++) {
      elements[i] += (i % 13 - 6) * 0.01f;
    }
    return NamedTensor.of(tensor.name(), tensor.shape(), elements);
  }

  private static Tuning tuning(String targets) {
    return switch (targets) {
      case "all" -> lora(new Tuning.LoraTargets.AllLinear());
      case "ends" ->
          lora(new Tuning.LoraTargets.Names(List.of("q_proj", "embed_tokens", "lm_head")));
      case "attention" ->
          lora(new Tuning.LoraTargets.Names(List.of("q_proj", "k_proj", "v_proj", "o_proj")));
      case "expression" -> lora(new Tuning.LoraTargets.Pattern(".*layers\\.1\\..*_proj"));
      case "default" -> lora(new Tuning.LoraTargets.FamilyDefault());
      case "patterns" ->
          detailed(
              new AdapterDetails(
                  new AdapterDetails.Overrides(Map.of("q_proj", 2), Map.of("up_proj", 3.5)),
                  new AdapterDetails.Selection(
                      new AdapterConfig.Targets.Suffixes(List.of("o_proj")), List.of(1)),
                  AdapterDetails.NONE.extras()));
      case "saved" -> detailed(extras(AdapterDetails.Bias.NONE, "embed_tokens", "lm_head", "norm"));
      case "biases" -> detailed(extras(AdapterDetails.Bias.ALL));
      case null, default -> new Tuning.FullParameter();
    };
  }

  private static AdapterDetails extras(AdapterDetails.Bias bias, String... modules) {
    return new AdapterDetails(
        AdapterDetails.NONE.overrides(),
        AdapterDetails.NONE.selection(),
        new AdapterDetails.Extras(bias, List.of(modules)));
  }

  private static Tuning detailed(AdapterDetails details) {
    var targets = new Tuning.LoraTargets.Names(List.of("q_proj", "o_proj", "up_proj"));
    return new Tuning.Lora(
        4, 8, 0.05, targets, false, details, Tuning.InitialValues.KAIMING_UNIFORM);
  }

  private static Tuning lora(Tuning.LoraTargets targets) {
    return new Tuning.Lora(4, 8, 0.05, targets, false);
  }
}
