package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scores of a few tokens against the logits of all. */
class TokenScoresTest {

  private static final double BOUND = 2e-6;
  private static final int[] CANDIDATES = {17, 3, 319};

  private static TorchRuntime runtime;
  private static PackedTokens row;

  @BeforeAll
  static void loadTorch() {
    runtime = TorchRuntime.start();
    row =
        ReferenceCase.packed(
            ReferenceCase.read(ReferenceCase.folder("models", "llama")).documents());
  }

  @AfterAll
  static void unloadTorch() {
    runtime.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void scoresAreTheLogitsOfTheirTokensAndTheSumOfAll(int rowsPerChunk) {
    var agreement = new Agreement(GoldenTest.LABEL_TRAINING, "scores in chunks of " + rowsPerChunk);
    var options =
        new ModelOptions(
            ModelOptions.defaults().activationBytes(), rowsPerChunk * 320L * Float.BYTES);

    try (var model = model(options)) {
      var scores = model.scores(row, CANDIDATES);
      var logits = model.logits(row, row.targetRows());

      assertThat(scores.rows()).isEqualTo(row.targetCount()).isGreaterThan(7);
      double nll = 0;
      for (int target = 0; target < scores.rows(); target++) {
        int first = target * 320;
        agreement.add(
            "logits",
            scores.logits(target),
            new float[] {logits[first + 17], logits[first + 3], logits[first + 319]},
            BOUND);
        double logSumExp =
            Math.log(
                IntStream.range(first, first + 320).mapToDouble(i -> Math.exp(logits[i])).sum());
        agreement.add("log sum exp", scores.logSumExp(target), logSumExp, BOUND);
        nll += logSumExp - logits[first + row.targets()[target]];
      }
      agreement.add("evaluated", nll, model.evaluate(row).negativeLogLikelihood(), BOUND);
    }
    agreement.check();
  }

  @Test
  void tokenOutsideOfTheVocabularyIsRefused() {
    try (var model = model(ModelOptions.defaults())) {
      assertThatThrownBy(() -> model.scores(row, 3, 320))
          .hasMessage("candidate 320 is not in the model's vocabulary of 320");
    }
  }

  private static CausalLanguageModel model(ModelOptions options) {
    var targets = new Tuning.LoraTargets.Names(List.of("q_proj", "lm_head"));
    var model =
        CausalLanguageModel.load(
            runtime,
            ReferenceCase.folder("models", "llama"),
            new Tuning.Lora(4, 8, 0.5, targets, false),
            11,
            options);
    model
        .trainables()
        .restore(model.trainables().values().stream().map(TokenScoresTest::filled).toList());
    return model;
  }

  private static NamedTensor filled(NamedTensor tensor) {
    var elements = new float[Math.toIntExact(tensor.elementCount())];
    for (var i = 0; i < elements.length; i++) {
      elements[i] = (i % 13 - 6) * 0.02f;
    }
    return NamedTensor.of(tensor.name(), tensor.shape(), elements);
  }
}
