package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not change a result, in families whose layers are not llama's. */
class FamilyLawsTest {

  private static final double BOUND = 1e-5;
  private static final DropoutKey KEY = new DropoutKey(7, 3, 0);
  private static final ModelOptions DEFAULTS = ModelOptions.defaults();

  private static TorchRuntime runtime;

  @BeforeAll
  static void loadTorch() {
    runtime = TorchRuntime.start();
  }

  @AfterAll
  static void unloadTorch() {
    runtime.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "gemma3", "phi3", "olmo2", "mixtral", "qwen3-moe"})
  void layersComputedTwiceGiveTheSameBits(String name) {
    try (var again = model(name, new ModelOptions(0, DEFAULTS.logitsBytes()));
        var kept = model(name, DEFAULTS)) {
      var row = row(new Random(3), 40, 7, 21);
      var nll = again.accumulate(row, row.targetCount(), KEY);

      assertThat(nll).isEqualTo(kept.accumulate(row, row.targetCount(), KEY));
      for (var i = 0; i < kept.trainables().gradients().size(); i++) {
        var expected = kept.trainables().gradients().get(i);
        assertThat(again.trainables().gradients().get(i).toFloats())
            .as(expected.name())
            .containsExactly(expected.toFloats());
      }
    }
  }

  /** Windows end, and positions stretched by length are decided, inside a document. */
  @ParameterizedTest
  @ValueSource(strings = {"mistral", "gemma2", "gemma3", "phi3", "llama-dynamic"})
  void documentsOfARowDoNotSeeEachOther(String name) {
    var documents = List.of(row(new Random(1), 40), row(new Random(2), 40), row(new Random(3), 20));
    var before = both(documents.get(0), documents.get(2));
    var after = both(documents.get(1), documents.get(2));
    var rows = IntStream.range(40, 60).toArray();

    try (var model = model(name, DEFAULTS)) {
      assertThat(model.logits(after, rows)).containsExactly(model.logits(before, rows));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "phi3", "mixtral", "qwen3-moe"})
  void packedDocumentsGiveTheGradientsOfDocumentsAlone(String name) {
    var agreement = new Agreement(GoldenTest.PACKING, name);
    var lengths = new int[] {40, 7, 33};
    var whole = row(new Random(4), lengths);

    try (var packed = model(name, DEFAULTS);
        var separate = model(name, DEFAULTS)) {
      var together = packed.accumulate(whole, whole.targetCount(), KEY);
      var sum = 0.0;
      var first = 0;
      for (var length : lengths) {
        sum += separate.accumulate(part(whole, first, length), whole.targetCount(), KEY);
        first += length;
      }

      agreement.add("nll", sum, together, BOUND);
      for (var i = 0; i < packed.trainables().gradients().size(); i++) {
        var expected = packed.trainables().gradients().get(i);
        var actual = separate.trainables().gradients().get(i);
        agreement.add(expected.name(), actual.toFloats(), expected.toFloats(), BOUND);
      }
    }
    agreement.check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "phi3", "mixtral", "olmo2"})
  void aStepLeavesNoTensorBehind(String name) {
    try (var model = model(name, DEFAULTS)) {
      var before = runtime.liveTensors();

      var row = row(new Random(5), 30, 30);
      model.accumulate(row, row.targetCount(), KEY);
      model.evaluate(row);

      assertThat(runtime.liveTensors()).isEqualTo(before);
    }
  }

  private static CausalLanguageModel model(String name, ModelOptions options) {
    var folder = ReferenceCase.folder("families", name);
    var targets = new Tuning.LoraTargets.AllLinear();
    var tuning = new Tuning.Lora(4, 8, 0, targets, false);
    var model = CausalLanguageModel.load(runtime, folder, tuning, 11, options);
    var values = model.trainables().values();
    model.trainables().restore(values.stream().map(FamilyLawsTest::withoutZeros).toList());
    return model;
  }

  /** B is zero in new adapters, and then hardly anything has an effect. */
  private static NamedTensor withoutZeros(NamedTensor tensor) {
    var elements = new float[Math.toIntExact(tensor.elementCount())];
    for (var i = 0; i < elements.length; i++) {
      elements[i] = (i % 13 - 6) * 0.02f;
    }
    return NamedTensor.of(tensor.name(), tensor.shape(), elements);
  }

  /** Documents of random tokens, each token a target. */
  private static PackedTokens row(Random random, int... lengths) {
    var ids = random.ints(IntStream.of(lengths).sum(), 3, 320).toArray();
    return new PackedTokens(ids, lengths, ids);
  }

  private static PackedTokens part(PackedTokens row, int first, int length) {
    var ids = IntStream.range(first, first + length).map(i -> row.tokenIds()[i]).toArray();
    return new PackedTokens(ids, new int[] {length}, ids);
  }

  private static PackedTokens both(PackedTokens first, PackedTokens second) {
    var ids =
        IntStream.concat(IntStream.of(first.tokenIds()), IntStream.of(second.tokenIds())).toArray();
    return new PackedTokens(ids, new int[] {first.length(), second.length()}, ids);
  }
}
