package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.WeightsFolder;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written of a family has the names and the numbers of the family. */
class FamilyExportTest {

  private static final double MERGED_BOUND = 1e-5;

  @RegisterExtension static final ReferenceModels MODELS = new ReferenceModels();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-dynamic",
        "mistral",
        "qwen3",
        "gemma",
        "gemma2",
        "gemma3",
        "phi3",
        "olmo2",
        "granite",
        "mixtral",
        "qwen3-moe"
      })
  void writtenModelHoldsTheTensorsOfItsBase(String name) {
    var source = ReferenceCase.folder("families", name);

    try (var model = MODELS.full(source)) {
      model.writeModel(folder, model.storedType());
    }

    try (var base = WeightsFolder.open(source);
        var written = WeightsFolder.open(folder)) {
      assertThat(written.elementType()).isEqualTo(base.elementType());
      assertThat(written.tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(base.tensors().keySet());
      base.tensors()
          .forEach(
              (tensor, expected) ->
                  assertThat(written.tensors())
                      .as(tensor)
                      .extractingByKey(tensor)
                      .satisfies(
                          actual ->
                              assertThat(actual.toFloats()).containsExactly(expected.toFloats())));
    }
    assertThat(folder.resolve("config.json"))
        .hasSameTextualContentAs(source.resolve("config.json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"phi3-lora", "gemma2-lora", "qwen3-lora", "mixtral-lora", "qwen3-moe-lora"})
  void mergedModelGivesTheLogitsOfTheAdaptedOne(String name) {
    var expected = ReferenceCase.read(ReferenceCase.folder("families", name));
    var row = ReferenceCase.packed(expected.documents().subList(0, 1));
    var rows = IntStream.range(0, row.length()).toArray();
    var agreement = new Agreement(GoldenTest.MERGE, name);

    try (var model = adapted(name, expected)) {
      model.writeModel(folder, ElementType.F32);
    }

    try (var merged = MODELS.full(folder)) {
      var logits = ReferenceCase.recorded(merged.logits(row, rows));
      agreement.add("logits", logits, expected.tensor("logits"), MERGED_BOUND);
    }
    agreement.check();
  }

  private static CausalLanguageModel adapted(String name, ReferenceCase expected) {
    var base = ReferenceCase.folder("families", expected.json().path("base").asText());
    return MODELS.adapted(base, ReferenceCase.folder("families", name));
  }
}
