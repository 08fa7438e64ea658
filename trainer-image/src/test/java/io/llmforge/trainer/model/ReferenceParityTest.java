package io.llmforge.trainer.model;

import static io.llmforge.trainer.model.ReferenceModels.LOGIT_BOUND;
import static io.llmforge.trainer.model.ReferenceModels.LOSS_BOUND;
import static io.llmforge.trainer.model.ReferenceModels.NO_DROPOUT;
import static io.llmforge.trainer.model.ReferenceModels.addGradients;
import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits, losses and gradients against Transformers and PEFT; float32, CPU. */
class ReferenceParityTest {

  @RegisterExtension static final ReferenceModels MODELS = new ReferenceModels();

  @ParameterizedTest
  @ValueSource(
      strings = {"llama", "llama-tied", "llama-llama3", "llama-linear", "qwen2", "qwen2-tied"})
  void fullParameterTrainingAgreesWithTransformers(String name) {
    var folder = ReferenceCase.folder("models", name);
    var expected = ReferenceCase.read(folder);
    var row = ReferenceCase.packed(expected.documents());
    var agreement = new Agreement(GoldenTest.FULL_PARAMETER_GRADIENTS, "full parameters, " + name);

    try (var model = MODELS.full(folder)) {
      var logits = model.logits(row, IntStream.range(0, row.length()).toArray());
      var nll = model.accumulate(row, expected.number("targets"), NO_DROPOUT);
      var evaluation = model.evaluate(row);

      agreement.add("logits", logits, expected.tensor("logits"), LOGIT_BOUND);
      agreement.add("nll", nll, expected.number("nll"), LOSS_BOUND);
      agreement.add("evaluated", evaluation.negativeLogLikelihood(), nll, LOSS_BOUND);
      addGradients(agreement, model, expected);
      assertThat(evaluation.targets()).isEqualTo((long) expected.number("targets"));
      assertThat(evaluation.correct()).isEqualTo((long) expected.number("correct"));
    }
    agreement.check();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "projections",
        "with-ends",
        "tied-with-ends",
        "rank-stabilised-all-linear",
        "expression"
      })
  void adapterTrainingAgreesWithPeft(String name) {
    var folder = ReferenceCase.folder("lora", name);
    var expected = ReferenceCase.read(folder);
    var documents = expected.documents();
    var agreement = new Agreement(GoldenTest.LORA_GRADIENTS, "LoRA, " + name);

    try (var model = MODELS.adapted(base(expected), folder)) {
      var nll =
          model.accumulate(ReferenceCase.packed(documents), expected.number("targets"), NO_DROPOUT);
      var first = ReferenceCase.packed(documents.subList(0, 1));
      var logits = model.logits(first, IntStream.range(0, first.length()).toArray());

      agreement.add("logits", logits, expected.tensor("logits"), LOGIT_BOUND);
      agreement.add("nll", nll, expected.number("nll"), LOSS_BOUND);
      addGradients(agreement, model, expected);
    }
    agreement.check();
  }

  @Test
  void labelsShiftedByOneAreCaught() {
    var folder = ReferenceCase.folder("models", "llama");
    var expected = ReferenceCase.read(folder);
    var document = expected.documents().getFirst();
    var labels = new ArrayList<>(document.labels().subList(1, document.labels().size()));
    labels.add(PackedTokens.IGNORED);
    var right = ReferenceCase.packed(List.of(document));
    var shifted = new ReferenceCase.Document(document.tokenIds(), labels);
    var wrong = ReferenceCase.packed(List.of(shifted));
    var agreement = new Agreement(GoldenTest.FULL_PARAMETER_GRADIENTS, "labels shifted by one");

    try (var model = MODELS.full(folder)) {
      agreement.add(
          "nll",
          model.evaluate(wrong).negativeLogLikelihood(),
          model.evaluate(right).negativeLogLikelihood(),
          LOSS_BOUND);
    }

    agreement.checkCaught(1000);
  }

  @Test
  void wrongLossDivisorIsCaught() {
    var folder = ReferenceCase.folder("models", "llama");
    var expected = ReferenceCase.read(folder);
    var row = ReferenceCase.packed(expected.documents());
    var agreement = new Agreement(GoldenTest.ACCUMULATION, "divisor off by one");

    try (var model = MODELS.full(folder)) {
      model.accumulate(row, expected.number("targets") + 1, NO_DROPOUT);
      addGradients(agreement, model, expected);
    }

    agreement.checkCaught(100);
  }

  private static Path base(ReferenceCase expected) {
    return ReferenceCase.folder("models", expected.json().path("base").asText());
  }
}
