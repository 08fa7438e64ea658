package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.torch.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold in bfloat16 to the last bit, whatever the reference does. */
class Bfloat16LawsTest {

  private static final ModelOptions OPTIONS = ModelOptions.defaults().with(Precision.BFLOAT16);
  private static final DropoutKey KEY = new DropoutKey(3, 1, 0);

  @RegisterExtension static final ReferenceModels MODELS = new ReferenceModels();

  @TempDir private Path folder;

  /** The originals go to the file; their copies are what a fresh model makes of them. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "gemma2", "mixtral", "phi3"})
  void whatWasTrainedIsTheSameModelAfterExport(String family) {
    var row = ReferenceCase.packed(expected(family).documents());
    var rows = IntStream.range(0, row.length()).toArray();
    var before = MODELS.runtime().liveTensors();
    float[] logits;
    List<float[]> trained;
    try (var model = load(base(family), OPTIONS)) {
      makeSteps(model, row);
      logits = model.logits(row, rows);
      trained = values(model);

      model.writeModel(folder, ElementType.F32);
    }
    assertThat(MODELS.runtime().liveTensors()).isEqualTo(before);

    try (var model = load(folder, OPTIONS)) {
      assertThat(model.logits(row, rows)).isEqualTo(logits);
      var read = values(model);
      assertThat(read).hasSameSizeAs(trained);
      for (var i = 0; i < read.size(); i++) {
        assertThat(read.get(i)).isEqualTo(trained.get(i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "gemma2", "mixtral"})
  void layersComputedTwiceGiveTheSameGradients(String family) {
    var row = ReferenceCase.packed(expected(family).documents());
    var without = new ModelOptions(0, OPTIONS.logitsBytes(), Precision.BFLOAT16);

    try (var kept = adapted(base(family), OPTIONS);
        var again = adapted(base(family), without)) {
      kept.accumulate(row, row.targetCount(), KEY);
      again.accumulate(row, row.targetCount(), KEY);

      var one = kept.trainables().gradients();
      var other = again.trainables().gradients();
      assertThat(one).isNotEmpty();
      for (var i = 0; i < one.size(); i++) {
        assertThat(other.get(i).toFloats()).as(one.get(i).name()).isEqualTo(one.get(i).toFloats());
      }
    }
  }

  @Test
  void loadedModelDoesNotChangeItsPrecision() {
    try (var model = load(base("qwen3"), OPTIONS)) {
      assertThat(model.precision()).isEqualTo(Precision.BFLOAT16);
      assertThatThrownBy(() -> model.use(ModelOptions.defaults()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the model was loaded in bfloat16, not in float32");
    }
  }

  /** How far a score of a sequence depends on what lies beside it: PreferencePairs allows more. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "gemma2", "llama-dynamic", "mixtral"})
  void scoresHardlyDependOnWhatIsPackedTogether(String family) {
    var documents = expected(family).documents();

    try (var model = load(base(family), OPTIONS)) {
      var together = model.sequenceScores(ReferenceCase.packed(documents));
      for (var i = 0; i < documents.size(); i++) {
        var alone =
            model.sequenceScores(ReferenceCase.packed(documents.subList(i, i + 1))).getFirst();
        var difference =
            Math.abs(alone.logProbability() - together.get(i).logProbability()) / alone.targets();
        System.out.printf("%s: %.2e nats per token%n", family, difference);
        assertThat(difference).isLessThan(1e-2);
      }
    }
  }

  private static void makeSteps(CausalLanguageModel model, PackedTokens row) {
    try (var optimizer =
        new AdamW(
            MODELS.runtime(), model.trainables().tensors(), AdamW.Settings.withWeightDecay(0.1))) {
      for (var step = 0; step < 3; step++) {
        optimizer.clearGradients();
        model.accumulate(row, row.targetCount(), KEY);
        optimizer.clipGradients(1);
        optimizer.step(1e-3);
      }
    }
  }

  private static List<float[]> values(CausalLanguageModel model) {
    var values = new ArrayList<float[]>();
    model.trainables().values().forEach(value -> values.add(value.toFloats()));
    return values;
  }

  private static CausalLanguageModel load(Path model, ModelOptions options) {
    return MODELS.load(model, new Tuning.FullParameter(), options);
  }

  private static CausalLanguageModel adapted(Path model, ModelOptions options) {
    var tuning = new Tuning.Lora(4, 8, 0.1, new Tuning.LoraTargets.AllLinear(), false);
    return MODELS.load(model, tuning, options);
  }

  private static Path base(String family) {
    return ReferenceCase.folder("families", family);
  }

  private static ReferenceCase expected(String family) {
    return ReferenceCase.read(base(family));
  }
}
