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
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelExportTest {

  private static final double MERGED_BOUND = 1e-5;

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

    try (var merged = load(folder, new Tuning.FullParameter())) {
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

      try (var merged = load(folder, new Tuning.FullParameter())) {
        assertThat(merged.storedType()).isEqualTo(type);
        agreement.addError(
            "logits", unmerged.differenceOf(merged), LogitSample.noiseOf(merged.storedType()));
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

      try (var merged = load(folder, new Tuning.FullParameter())) {
        agreement.addError(
            "logits", unmerged.differenceOf(merged), LogitSample.noiseOf(merged.storedType()));
      }
    }
    agreement.checkCaught(2);
  }

  @ParameterizedTest
  @CsvSource({"llama", "llama-tied", "qwen2"})
  void writtenModelIsReadBackEqual(String name) throws IOException {
    var source = ReferenceCase.folder("models", name);

    try (var model = load(source, new Tuning.FullParameter())) {
      model.writeModel(folder, model.storedType());

      try (var again = load(folder, new Tuning.FullParameter())) {
        assertThat(again.storedType()).isEqualTo(model.storedType());
        assertSameValues(again.trainables().values(), model.trainables().values());
      }
    }
    assertThat(folder.resolve("config.json"))
        .hasSameTextualContentAs(source.resolve("config.json"));
  }

  @Test
  void writtenAdapterIsReadBackEqual() {
    var expected = ReferenceCase.read(ReferenceCase.folder("lora", "with-ends"));

    try (var model = adapted("with-ends", expected)) {
      model.writeAdapter(folder, "base");

      assertSameValues(PeftAdapter.readTensors(folder), model.trainables().values());
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
    try (var whole = load(ReferenceCase.folder("models", "llama"), new Tuning.FullParameter());
        var shards =
            load(
                ReferenceCase.folder("models", "llama-bf16-sharded"), new Tuning.FullParameter())) {
      assertThat(shards.storedType()).isEqualTo(ElementType.BF16);
      assertSameValues(shards.trainables().values(), whole.trainables().values());
    }
  }

  @Test
  void weightsThatAreNotFiniteAreNotWritten() {
    try (var model = load(ReferenceCase.folder("models", "llama"), new Tuning.FullParameter())) {
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

  private static void assertSameValues(List<NamedTensor> actual, List<NamedTensor> expected) {
    assertThat(actual)
        .extracting(NamedTensor::name)
        .containsExactlyElementsOf(expected.stream().map(NamedTensor::name).toList());
    for (var i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).toFloats())
          .as(expected.get(i).name())
          .containsExactly(expected.get(i).toFloats());
    }
  }

  private static CausalLanguageModel adapted(String name, ReferenceCase expected) {
    var adapter = ReferenceCase.folder("lora", name);
    var config = PeftAdapter.readConfig(adapter);
    if (!(config.targets() instanceof AdapterConfig.Targets.Suffixes suffixes)) {
      throw new IllegalArgumentException("only lists of names here");
    }
    var targets = new Tuning.LoraTargets.Names(suffixes.names());
    var tuning =
        new Tuning.Lora(config.rank(), config.alpha(), 0, targets, config.rankStabilised());
    var base = ReferenceCase.folder("models", expected.json().path("base").asText());
    var model = load(base, tuning);
    model.trainables().restore(PeftAdapter.readTensors(adapter));
    return model;
  }

  private static CausalLanguageModel load(Path source, Tuning tuning) {
    return CausalLanguageModel.load(runtime, source, tuning, 1, ModelOptions.defaults());
  }
}
