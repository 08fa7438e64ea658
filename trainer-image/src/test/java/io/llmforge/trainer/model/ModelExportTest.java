package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.checkpoint.SafetensorsWriter;
import io.llmforge.trainer.checkpoint.TensorFileException;
import io.llmforge.trainer.checkpoint.WeightsFolder;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelExportTest {

  private static final double MERGED_BOUND = 1e-5;

  @RegisterExtension static final ReferenceModels MODELS = new ReferenceModels();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"with-ends, false", "tied-with-ends, true", "rank-stabilised-all-linear, false"})
  void mergedModelGivesTheLogitsOfTheAdaptedOne(String name, boolean becomesUntied)
      throws IOException {
    var expected = ReferenceCase.read(ReferenceCase.folder("lora", name));
    var row = ReferenceCase.packed(expected.documents().subList(0, 1));
    var rows = IntStream.range(0, row.length()).toArray();
    var agreement = new Agreement(GoldenTest.MERGE, "merged against PEFT unmerged, " + name);

    try (var model = adapted(name, expected)) {
      model.writeModel(folder, ElementType.F32);
    }

    try (var merged = MODELS.full(folder)) {
      agreement.add("logits", merged.logits(row, rows), expected.tensor("logits"), MERGED_BOUND);
    }
    agreement.check();
    var config = new ObjectMapper().readTree(Files.readString(folder.resolve("config.json")));
    try (var weights = WeightsFolder.open(folder)) {
      assertThat(weights.tensors()).containsKey("lm_head.weight");
      assertThat(config.path("tie_word_embeddings").asBoolean()).isFalse();
    }
    assertThat(becomesUntied).isEqualTo(name.startsWith("tied"));
  }

  /** The rule by which a merged model is published, whatever its weights are stored in. */
  @ParameterizedTest
  @CsvSource({
    "with-ends, F32",
    "with-ends, BF16",
    "with-ends, F16",
    "tied-with-ends, F32",
    "tied-with-ends, BF16",
    "rank-stabilised-all-linear, BF16"
  })
  void mergedModelFromDiskDiffersByTheNoiseOfItsTypeAtMost(String name, ElementType type) {
    var expected = ReferenceCase.read(ReferenceCase.folder("lora", name));
    var agreement =
        new Agreement(GoldenTest.MERGE, "merged, written as %s and read, %s".formatted(type, name));

    try (var model = adapted(name, expected)) {
      var unmerged = LogitSample.of(model, rowsOf(expected));
      model.writeModel(folder, type);

      try (var merged = MODELS.full(folder)) {
        assertThat(merged.storedType()).isEqualTo(type);
        agreement.addError(
            "logits",
            unmerged.differenceOf(merged),
            LogitSample.noiseOf(merged.storedType(), Precision.FLOAT32));
      }
    }
    agreement.check();
  }

  /** What merging both ends of a tied model into its one matrix would give, and other mistakes. */
  @ParameterizedTest
  @CsvSource({
    "both deltas in one matrix, lm_head.weight, model.embed_tokens.weight",
    "delta of one projection lost, model.layers.0.self_attn.q_proj.weight, ",
  })
  void mergeThatWentWrongIsCaught(String mistake, String wrong, String source) throws IOException {
    var expected = ReferenceCase.read(ReferenceCase.folder("lora", "tied-with-ends"));
    var agreement = new Agreement(GoldenTest.MERGE, mistake);

    try (var model = adapted("tied-with-ends", expected)) {
      var unmerged = LogitSample.of(model, rowsOf(expected));
      model.writeModel(folder, ElementType.BF16);
      replaceWeights(wrong, source);

      try (var merged = MODELS.full(folder)) {
        agreement.addError(
            "logits",
            unmerged.differenceOf(merged),
            LogitSample.noiseOf(merged.storedType(), Precision.FLOAT32));
      }
    }
    agreement.checkCaught(2);
  }

  @ParameterizedTest
  @CsvSource({"llama", "llama-tied", "qwen2"})
  void writtenModelIsReadBackEqual(String name) throws IOException {
    var source = ReferenceCase.folder("models", name);
    var agreement = new Agreement(GoldenTest.ARTEFACTS, "model written and read, " + name);

    try (var model = MODELS.full(source)) {
      model.writeModel(folder, model.storedType());

      try (var again = MODELS.full(folder)) {
        assertThat(again.storedType()).isEqualTo(model.storedType());
        addValues(agreement, again.trainables().values(), model.trainables().values());
      }
    }
    agreement.addExact(
        "config.json",
        Files.readString(folder.resolve("config.json")),
        Files.readString(source.resolve("config.json")));
    agreement.check();
  }

  @Test
  void writtenAdapterIsReadBackEqual() {
    var expected = ReferenceCase.read(ReferenceCase.folder("lora", "with-ends"));
    var agreement = new Agreement(GoldenTest.ARTEFACTS, "adapter of both ends written and read");

    try (var model = adapted("with-ends", expected)) {
      model.writeAdapter(folder, "base");

      addValues(agreement, PeftAdapter.readTensors(folder), model.trainables().values());
      agreement.check();
      assertThat(PeftAdapter.readConfig(folder))
          .isEqualTo(
              new AdapterConfig(
                  "base",
                  4,
                  8,
                  0,
                  false,
                  new AdapterConfig.Targets.Suffixes(
                      List.of(
                          "down_proj",
                          "embed_tokens",
                          "gate_proj",
                          "k_proj",
                          "lm_head",
                          "o_proj",
                          "q_proj",
                          "up_proj",
                          "v_proj"))));
    }
  }

  @Test
  void bfloat16ShardsAreTheRoundedWeights() {
    var agreement = new Agreement(GoldenTest.ARTEFACTS, "bfloat16 in five shards of Transformers");
    try (var whole = MODELS.full(ReferenceCase.folder("models", "llama"));
        var shards = MODELS.full(ReferenceCase.folder("models", "llama-bf16-sharded"))) {
      assertThat(shards.storedType()).isEqualTo(ElementType.BF16);
      addValues(agreement, shards.trainables().values(), whole.trainables().values());
    }
    agreement.check();
  }

  @Test
  void weightsThatAreNotFiniteAreNotWritten() {
    try (var model = MODELS.full(ReferenceCase.folder("models", "llama"))) {
      var values = model.trainables().values();
      model.trainables().restore(values.stream().map(ModelExportTest::spoiledNorm).toList());

      assertThatThrownBy(() -> model.writeModel(folder, ElementType.F32))
          .isInstanceOf(TensorFileException.class)
          .hasMessageContaining("not written: tensor model.norm.weight holds NaN");
      assertThat(folder).isEmptyDirectory();
    }
  }

  /** Overwrites a weight of the written model by another of its own, or by the base's. */
  private void replaceWeights(String wrong, @Nullable String source) throws IOException {
    var file = folder.resolve("model.safetensors");
    var base = ReferenceCase.folder("models", "llama-tied").resolve("model.safetensors");
    var tensors = new ArrayList<NamedTensor>();
    try (var written = SafetensorsFile.open(file);
        var original = SafetensorsFile.open(base)) {
      for (var tensor : written.tensors()) {
        var elements = tensor.toFloats();
        if (tensor.name().equals(wrong)) {
          var from = source == null ? original : written;
          var name = source == null ? wrong : source;
          elements =
              from.tensors().stream()
                  .filter(t -> t.name().equals(name))
                  .findFirst()
                  .orElseThrow()
                  .toFloats();
        }
        tensors.add(NamedTensor.of(tensor.name(), tensor.shape(), elements));
      }
    }
    Files.delete(file);
    SafetensorsWriter.write(file, tensors, ElementType.BF16, Map.of());
  }

  private static List<PackedTokens> rowsOf(ReferenceCase expected) {
    return expected.documents().stream()
        .map(document -> ReferenceCase.packed(List.of(document)))
        .toList();
  }

  private static NamedTensor spoiledNorm(NamedTensor value) {
    var elements = value.toFloats();
    if (value.name().equals("model.norm.weight")) {
      elements[3] = Float.NaN;
    }
    return NamedTensor.of(value.name(), value.shape(), elements);
  }

  private static void addValues(
      Agreement agreement, List<NamedTensor> actual, List<NamedTensor> expected) {
    agreement.addExact("names", names(actual), names(expected));
    for (var i = 0; i < expected.size(); i++) {
      agreement.addExact(
          expected.get(i).name(), actual.get(i).toFloats(), expected.get(i).toFloats());
    }
  }

  private static List<String> names(List<NamedTensor> tensors) {
    return tensors.stream().map(NamedTensor::name).toList();
  }

  private static CausalLanguageModel adapted(String name, ReferenceCase expected) {
    var base = ReferenceCase.folder("models", expected.json().path("base").asText());
    return MODELS.adapted(base, ReferenceCase.folder("lora", name));
  }
}
