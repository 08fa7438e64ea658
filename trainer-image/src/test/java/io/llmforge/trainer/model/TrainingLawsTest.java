package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not change a result, and what must. */
class TrainingLawsTest {

  private static final double BOUND = 1e-5;
  private static final DropoutKey KEY = new DropoutKey(7, 3, 0);
  private static final ModelOptions DEFAULTS = ModelOptions.defaults();

  private static TorchRuntime runtime;
  private static List<ReferenceCase.Document> documents;

  @BeforeAll
  static void loadTorch() {
    runtime = TorchRuntime.start();
    documents = ReferenceCase.read(ReferenceCase.folder("models", "llama")).documents();
  }

  @AfterAll
  static void unloadTorch() {
    runtime.close();
  }

  @Test
  void splittingTheAccumulationWindowChangesNothing() {
    var agreement =
        new Agreement(GoldenTest.PACKING, "one row of three documents against three rows");

    try (var packed = model(adapters(0), DEFAULTS);
        var separate = model(adapters(0), DEFAULTS)) {
      fill(packed);
      fill(separate);
      var targets = ReferenceCase.packed(documents).targetCount();
      var together = packed.accumulate(ReferenceCase.packed(documents), targets, KEY);
      var sum = 0.0;
      for (var document : documents) {
        sum += separate.accumulate(ReferenceCase.packed(List.of(document)), targets, KEY);
      }

      agreement.add("nll", sum, together, BOUND);
      addGradients(agreement, separate, packed);
    }
    agreement.check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"models/llama", "families/mistral", "families/gemma2"})
  void documentsOfARowDoNotSeeEachOther(String name) {
    var agreement =
        new Agreement(GoldenTest.PACKING, "another first document, the second's logits, " + name);

    var ofSecond = logitsOfSecond(name, PackedTokens::segmentLengths);

    agreement.addExact("logits", ofSecond.getLast(), ofSecond.getFirst());
    agreement.check();
  }

  @Test
  void documentsWithoutABoundaryAreCaught() {
    var agreement = new Agreement(GoldenTest.PACKING, "no boundary between documents");

    var ofSecond = logitsOfSecond("models/llama", row -> new int[] {row.length()});

    agreement.add("logits", ofSecond.getLast(), ofSecond.getFirst(), BOUND);
    agreement.checkCaught(1000);
  }

  /** The logits of a row's second document, beside one first document and beside another. */
  private static List<float[]> logitsOfSecond(String name, Function<PackedTokens, int[]> segments) {
    var first = documents.get(0);
    var second = documents.get(2);
    var other = new ReferenceCase.Document(shifted(first.tokenIds()), first.labels());
    var rows = IntStream.range(first.tokenIds().size(), both(first, second).length()).toArray();
    var folder = ReferenceCase.folder(name);
    try (var model =
        CausalLanguageModel.load(runtime, folder, new Tuning.FullParameter(), 11, DEFAULTS)) {
      return List.of(
          model.logits(cut(both(first, second), segments), rows),
          model.logits(cut(both(other, second), segments), rows));
    }
  }

  private static PackedTokens cut(PackedTokens row, Function<PackedTokens, int[]> segments) {
    var labels = new int[row.length()];
    Arrays.fill(labels, PackedTokens.IGNORED);
    return new PackedTokens(row.tokenIds(), segments.apply(row), labels);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void sizeOfALogitsChunkChangesNothing(int rows) {
    var bytes = rows * 320L * Float.BYTES;
    var agreement = new Agreement(GoldenTest.CHUNKED_CROSS_ENTROPY, "logits in chunks of " + rows);

    try (var chunked = model(adapters(0.3), new ModelOptions(DEFAULTS.activationBytes(), bytes));
        var whole = model(adapters(0.3), DEFAULTS)) {
      agreement.add("nll", accumulate(chunked), accumulate(whole), BOUND);
      addGradients(agreement, chunked, whole);
    }
    agreement.check();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 60_000})
  void layersComputedTwiceGiveTheSameBits(long activationBytes) {
    try (var again =
            model(adapters(0.3), new ModelOptions(activationBytes, DEFAULTS.logitsBytes()));
        var kept = model(adapters(0.3), DEFAULTS)) {
      var nll = accumulate(again);

      assertThat(nll).isEqualTo(accumulate(kept));
      for (var i = 0; i < kept.trainables().gradients().size(); i++) {
        var expected = kept.trainables().gradients().get(i);
        assertThat(again.trainables().gradients().get(i).toFloats())
            .as(expected.name())
            .containsExactly(expected.toFloats());
      }
    }
  }

  @Test
  void dropoutMasksDependOnSeedStepAndMicroBatch() {
    try (var model = model(adapters(0.5), DEFAULTS)) {
      fill(model);
      var row = ReferenceCase.packed(documents);
      var losses =
          Stream.of(
                  KEY,
                  KEY,
                  new DropoutKey(8, 3, 0),
                  new DropoutKey(7, 4, 0),
                  new DropoutKey(7, 3, 1))
              .map(key -> model.accumulate(row, 1, key))
              .toList();

      assertThat(losses.get(1)).isEqualTo(losses.get(0));
      assertThat(losses.subList(1, 5)).doesNotHaveDuplicates();
    }
  }

  @Test
  void dropoutKeepsTheMeanOfTheGradient() {
    try (var dropped = model(adapters(0.2), DEFAULTS);
        var plain = model(adapters(0), DEFAULTS)) {
      var row = ReferenceCase.packed(documents);
      for (var step = 0; step < 100; step++) {
        dropped.accumulate(row, 100, new DropoutKey(1, step, 0));
      }
      plain.accumulate(row, 1, KEY);

      var name = "model.layers.1.mlp.down_proj.lora_B.weight";
      assertThat(cosine(gradient(dropped, name), gradient(plain, name))).isGreaterThan(0.99);
    }
  }

  @Test
  void aStepLeavesNoTensorBehind() {
    try (var model = model(adapters(0.1), DEFAULTS);
        var optimizer =
            new AdamW(runtime, model.trainables().tensors(), AdamW.Settings.withWeightDecay(0.1))) {
      var before = runtime.liveTensors();
      for (var step = 0; step < 3; step++) {
        optimizer.clearGradients();
        accumulate(model);
        model.evaluate(ReferenceCase.packed(documents));
        optimizer.clipGradients(1);
        optimizer.step(1e-3);

        assertThat(runtime.liveTensors()).isEqualTo(before);
      }
    }
  }

  @Test
  void aClosedModelLeavesNoTensorBehind() {
    var before = runtime.liveTensors();

    model(adapters(0), DEFAULTS).close();

    assertThat(runtime.liveTensors()).isEqualTo(before);
  }

  @Test
  void newAdaptersAreUniformAndDoNothingYet() {
    try (var adapted = model(adapters(0), DEFAULTS);
        var plain = model(new Tuning.FullParameter(), DEFAULTS);
        var sameSeed = model(adapters(0), DEFAULTS)) {
      var first = value(adapted, "model.layers.0.mlp.up_proj.lora_A.weight");
      var bound = 1 / Math.sqrt(64);
      var largest =
          IntStream.range(0, first.length).mapToDouble(i -> Math.abs(first[i])).max().orElse(0);
      var mean = IntStream.range(0, first.length).mapToDouble(i -> first[i]).average().orElse(1);
      var squares =
          IntStream.range(0, first.length)
              .mapToDouble(i -> first[i] * first[i])
              .average()
              .orElse(0);

      assertThat(first).doesNotContain(0f);
      assertThat(largest).isBetween(0.95 * bound, bound);
      assertThat(mean).isBetween(-0.15 * bound, 0.15 * bound);
      assertThat(squares).isBetween(0.8 * bound * bound / 3, 1.2 * bound * bound / 3);
      assertThat(value(adapted, "model.layers.0.mlp.up_proj.lora_B.weight")).containsOnly(0f);
      assertThat(value(sameSeed, "model.layers.0.mlp.up_proj.lora_A.weight"))
          .containsExactly(first);
      assertThat(adapted.evaluate(ReferenceCase.packed(documents)))
          .isEqualTo(plain.evaluate(ReferenceCase.packed(documents)));
    }
  }

  @Test
  void aRowWithoutTargetsGivesZeroAndNoGradient() {
    var ids = new int[] {5, 6, 7};
    var row = new PackedTokens(ids, new int[] {3}, new int[] {5, -100, -100});

    try (var model = model(adapters(0), DEFAULTS)) {
      assertThat(row.targetCount()).isZero();
      assertThat(model.accumulate(row, 1, KEY)).isZero();
      assertThat(model.evaluate(row)).isEqualTo(EvaluationSum.ZERO);
      assertThat(model.trainables().gradients())
          .allSatisfy(gradient -> assertThat(gradient.toFloats()).containsOnly(0f));
    }
  }

  @Test
  void tokensOutsideTheVocabularyAreRefused() {
    var row = new PackedTokens(new int[] {5, 320}, new int[] {2}, new int[] {5, 6});

    try (var model = model(adapters(0), DEFAULTS)) {
      assertThatThrownBy(() -> model.accumulate(row, 1, KEY))
          .hasMessage("token 320 is not in the model's vocabulary of 320");
    }
  }

  private static CausalLanguageModel model(Tuning tuning, ModelOptions options) {
    var folder = ReferenceCase.folder("models", "llama");
    return CausalLanguageModel.load(runtime, folder, tuning, 11, options);
  }

  private static Tuning adapters(double dropout) {
    var targets =
        new Tuning.LoraTargets.Names(
            List.of("q_proj", "v_proj", "up_proj", "down_proj", "embed_tokens", "lm_head"));
    return new Tuning.Lora(8, 16, dropout, targets, false);
  }

  private static double accumulate(CausalLanguageModel model) {
    fill(model);
    var row = ReferenceCase.packed(documents);
    return model.accumulate(row, row.targetCount(), KEY);
  }

  /** B is zero in new adapters, and then hardly anything has an effect. */
  private static void fill(CausalLanguageModel model) {
    var values = model.trainables().values();
    model.trainables().restore(values.stream().map(TrainingLawsTest::withoutZeros).toList());
  }

  private static NamedTensor withoutZeros(NamedTensor tensor) {
    var elements = new float[Math.toIntExact(tensor.elementCount())];
    for (var i = 0; i < elements.length; i++) {
      elements[i] = (i % 13 - 6) * 0.02f;
    }
    return NamedTensor.of(tensor.name(), tensor.shape(), elements);
  }

  private static void addGradients(
      Agreement agreement, CausalLanguageModel actual, CausalLanguageModel expected) {
    for (var gradient : expected.trainables().gradients()) {
      agreement.add(gradient.name(), gradient(actual, gradient.name()), gradient.toFloats(), BOUND);
    }
  }

  private static float[] gradient(CausalLanguageModel model, String name) {
    return find(model.trainables().gradients(), name);
  }

  private static float[] value(CausalLanguageModel model, String name) {
    return find(model.trainables().values(), name);
  }

  private static float[] find(List<NamedTensor> tensors, String name) {
    return tensors.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow().toFloats();
  }

  private static PackedTokens both(ReferenceCase.Document first, ReferenceCase.Document second) {
    return ReferenceCase.packed(List.of(first, second));
  }

  private static List<Integer> shifted(List<Integer> tokenIds) {
    return tokenIds.stream().map(token -> (token + 1) % 320).toList();
  }

  private static double cosine(float[] a, float[] b) {
    var product = 0.0;
    var aSquares = 0.0;
    var bSquares = 0.0;
    for (var i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      aSquares += (double) a[i] * a[i];
      bSquares += (double) b[i] * b[i];
    }
    return product / Math.sqrt(aSquares * bSquares);
  }
}
