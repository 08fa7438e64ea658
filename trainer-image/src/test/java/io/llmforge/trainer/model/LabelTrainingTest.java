package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.optim.LearningRateSchedule;
import io.llmforge.trainer.torch.ProductKernel;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** New tokens: their first rows, and twenty steps that train them beside adapters. */
class LabelTrainingTest {

  private static final double BOUND = 1e-4;

  /** 1e-4 of the 0.08 that a weight moves, relative to weights of about 0.3. */
  private static final double WEIGHT_BOUND = 3e-5;

  private static final int VOCABULARY = 320;
  private static final int HIDDEN = 64;
  private static final List<Integer> LABELS = List.of(320, 321, 322, 323);

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
  @ValueSource(strings = {"untied", "tied"})
  void newRowsAreTheMeanOfThoseThatAreThere(String name) {
    var expected = expected(name);
    var agreement = new Agreement(GoldenTest.LABEL_TRAINING, "first rows, " + name);

    try (var model = load(expected, projections())) {
      assertThat(model.vocabularySize()).isEqualTo(VOCABULARY + LABELS.size());
      for (var row = 0; row < LABELS.size(); row++) {
        agreement.add(
            "input", row(model, "model.embed_tokens", row), mean(expected, "input"), 1e-6);
        if (name.equals("untied")) {
          agreement.add("output", row(model, "lm_head", row), mean(expected, "output"), 1e-6);
        }
      }
    }
    agreement.check();
  }

  /**
   * With the products that the reference had too: what other products round otherwise, Adam
   * enlarges in weights whose gradient is next to nothing (3.8e-5 with oneDNN's).
   */
  @ParameterizedTest
  @ValueSource(strings = {"untied", "tied"})
  void twentyStepsFollowTheReference(String name) {
    var expected = expected(name);
    var agreement = new Agreement(GoldenTest.LABEL_TRAINING, "twenty steps, " + name);

    try (var plain = TorchRuntime.startOnCpu(ProductKernel.PLAIN);
        var model = load(plain, expected, projections(), everyLabel())) {
      expected.startIn(model);
      train(plain, model, expected, agreement);

      for (var value : model.trainables().values()) {
        agreement.add(
            value.name(),
            ReferenceCase.recorded(value.toFloats()),
            ReferenceCase.recorded(expected.tensor("final." + value.name())),
            WEIGHT_BOUND);
      }
      addScores(agreement, model, expected);
    }
    agreement.check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"untied", "tied"})
  void twentyStepsByThisMachinesProductsLearnTheSame(String name) {
    var expected = expected(name);
    var agreement =
        new Agreement(GoldenTest.LABEL_TRAINING, "twenty steps by the trainer's products, " + name);

    try (var model = load(expected, projections())) {
      expected.startIn(model);
      var begun = expected.recordedIn(model);
      train(runtime, model, expected, agreement);

      agreement.addError(
          "weights, by how far they went",
          expected.distanceFromEnd(begun, expected.recordedIn(model)),
          BOUND);
      addScores(agreement, model, expected);
    }
    agreement.check();
  }

  @Test
  void rowsThatStayFrozenAreCaught() {
    var expected = expected("untied");
    var agreement = new Agreement(GoldenTest.LABEL_TRAINING, "rows of labels stay frozen");
    var frozen = new VocabularyPlan(VOCABULARY + LABELS.size(), List.of());

    try (var model = load(runtime, expected, projections(), frozen)) {
      expected.startIn(model);
      train(runtime, model, expected, new Agreement(GoldenTest.LABEL_TRAINING, "not recorded"));
      addScores(agreement, model, expected);
    }

    agreement.checkCaught(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"untied", "tied"})
  void whatIsWrittenHoldsTheTrainedRows(String name) throws IOException {
    var expected = expected(name);
    var row = ReferenceCase.packed(expected.documents());
    var rows = IntStream.range(0, row.length()).toArray();
    var agreement = new Agreement(GoldenTest.MERGE, "grown vocabulary, " + name);

    try (var model = load(expected, projections());
        var again = load(expected, projections())) {
      expected.setIn(model, "final.");
      var logits = model.logits(row, rows);
      model.writeModel(folder, ElementType.F32);
      model.writeAdapter(folder, "base");
      again.trainables().restore(PeftAdapter.readTensors(folder));

      assertThat(again.logits(row, rows)).containsExactly(logits);
      try (var merged =
          CausalLanguageModel.load(
              runtime, folder, new Tuning.FullParameter(), 1, ModelOptions.defaults())) {
        agreement.add("logits", merged.logits(row, rows), logits, 1e-5);
      }
    }
    agreement.check();
    assertThat(json("config.json").path("vocab_size").asInt()).isEqualTo(324);
    assertThat(json("config.json").path("tie_word_embeddings").asBoolean())
        .isEqualTo(name.equals("tied"));
    assertThat(json("adapter_config.json").path("trainable_token_indices"))
        .hasToString(
            name.equals("tied")
                ? "{\"embed_tokens\":[320,321,322,323]}"
                : "{\"embed_tokens\":[320,321,322,323],\"lm_head\":[320,321,322,323]}");
    assertThat(PeftAdapter.readConfig(folder).trainedTokens().values()).containsOnly(LABELS);
  }

  @Test
  void anEndWithAnAdapterIsTrainedByIt() {
    try (var model = load(expected("untied"), lora("q_proj", "lm_head"))) {
      assertThat(model.trainables().tensors())
          .extracting(tensor -> tensor.name())
          .contains("model.embed_tokens.token_adapter.trainable_tokens_delta")
          .doesNotContain("lm_head.token_adapter.trainable_tokens_delta");
    }
  }

  @Test
  void tiedHeadWhoseNewRowsNothingCouldTrainIsRefused() {
    assertThatThrownBy(() -> load(expected("tied"), lora("q_proj", "embed_tokens")))
        .isInstanceOf(AdapterTargetException.class)
        .hasMessageContaining("add lm_head to the targets");
  }

  @Test
  void everyWeightTrainedIncludesNewRows() {
    try (var model = load(expected("untied"), new Tuning.FullParameter())) {
      assertThat(model.vocabularySize()).isEqualTo(324);
      assertThat(model.trainables().tensors()).hasSize(21);
    }
  }

  private static void train(
      TorchRuntime runtime,
      CausalLanguageModel model,
      ReferenceCase expected,
      Agreement agreement) {
    var settings = expected.json().path("settings");
    var schedule =
        new LearningRateSchedule(
            LearningRateSchedule.Shape.COSINE,
            settings.path("learning_rate").asDouble(),
            settings.path("warmup").asInt(),
            settings.path("steps").asInt());
    var decay = AdamW.Settings.withWeightDecay(settings.path("weight_decay").asDouble());
    try (var optimizer = new AdamW(runtime, model.trainables().tensors(), decay)) {
      var step = 0;
      for (var logged : expected.json().path("log")) {
        var row = ReferenceCase.packed(ReferenceCase.documents(logged));
        optimizer.clearGradients();
        var nll = model.accumulate(row, row.targetCount(), new DropoutKey(0, step, 0));
        var norm = optimizer.clipGradients(settings.path("clip").asDouble());
        optimizer.step(schedule.at(step));

        agreement.add(
            "loss " + step, nll / row.targetCount(), logged.path("loss").asDouble(), BOUND);
        agreement.add("norm " + step, norm, logged.path("gradient_norm").asDouble(), BOUND);
        step++;
      }
    }
  }

  private static void addScores(
      Agreement agreement, CausalLanguageModel model, ReferenceCase expected) {
    var documents = expected.documents();
    var scores =
        model.scores(ReferenceCase.packed(documents), LABELS.stream().mapToInt(i -> i).toArray());
    for (var row = 0; row < documents.size(); row++) {
      var from = row * LABELS.size();
      agreement.add(
          "scores " + row,
          scores.logits(row),
          Arrays.copyOfRange(expected.tensor("scores"), from, from + LABELS.size()),
          BOUND);
      agreement.add(
          "sum " + row, scores.logSumExp(row), expected.tensor("log_sum_exp")[row], BOUND);
    }
  }

  private static float[] row(CausalLanguageModel model, String module, int row) {
    var rows =
        model.trainables().values().stream()
            .filter(value -> value.name().equals(module + "." + TrainedRows.ROWS))
            .findFirst()
            .orElseThrow()
            .toFloats();
    return Arrays.copyOfRange(rows, row * HIDDEN, (row + 1) * HIDDEN);
  }

  private static float[] mean(ReferenceCase expected, String end) {
    return expected.tensor(end + "_mean");
  }

  private JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(Files.readString(folder.resolve(name)));
  }

  private static ReferenceCase expected(String name) {
    return ReferenceCase.read(ReferenceCase.folder("labels", "training-" + name));
  }

  private static Tuning projections() {
    return new Tuning.Lora(4, 8, 0, new Tuning.LoraTargets.AllLinear(), false);
  }

  private static Tuning lora(String... targets) {
    return new Tuning.Lora(4, 8, 0, new Tuning.LoraTargets.Names(List.of(targets)), false);
  }

  private static CausalLanguageModel load(ReferenceCase expected, Tuning tuning) {
    return load(runtime, expected, tuning, everyLabel());
  }

  private static VocabularyPlan everyLabel() {
    return new VocabularyPlan(VOCABULARY + LABELS.size(), LABELS);
  }

  private static CausalLanguageModel load(
      TorchRuntime runtime, ReferenceCase expected, Tuning tuning, VocabularyPlan vocabulary) {
    var base = ReferenceCase.folder("models", expected.json().path("base").asText());
    var weights = new StartingWeights(base, vocabulary);
    return CausalLanguageModel.load(runtime, weights, tuning, 1, ModelOptions.defaults());
  }
}
