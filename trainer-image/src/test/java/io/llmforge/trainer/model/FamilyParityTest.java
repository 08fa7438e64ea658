package io.llmforge.trainer.model;

import static io.llmforge.trainer.model.ReferenceModels.LOGIT_BOUND;
import static io.llmforge.trainer.model.ReferenceModels.LOSS_BOUND;
import static io.llmforge.trainer.model.ReferenceModels.NO_DROPOUT;
import static io.llmforge.trainer.model.ReferenceModels.addGradients;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits, losses and gradients of every family against Transformers and PEFT; float32, CPU. */
class FamilyParityTest {

  @RegisterExtension static final ReferenceModels MODELS = new ReferenceModels();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-dynamic",
        "llama-yarn",
        "mistral",
        "qwen2-windows",
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
  void fullParameterTrainingAgreesWithTransformers(String name) {
    var folder = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(folder);
    var row = ReferenceCase.packed(expected.documents());
    var forward = new Agreement(GoldenTest.FORWARD, name);
    var backward = new Agreement(GoldenTest.FULL_PARAMETER_GRADIENTS, name);

    try (var model = MODELS.full(folder)) {
      var logits = model.logits(row, IntStream.range(0, row.length()).toArray());
      var nll = model.accumulate(row, expected.number("targets"), NO_DROPOUT);
      var evaluation = model.evaluate(row);

      forward.add("logits", ReferenceCase.recorded(logits), expected.tensor("logits"), LOGIT_BOUND);
      backward.add("nll", nll, expected.number("nll"), LOSS_BOUND);
      backward.add("evaluated", evaluation.negativeLogLikelihood(), nll, LOSS_BOUND);
      addGradients(backward, model, expected);
      forward.addExact("correct", evaluation.correct(), (long) expected.number("correct"));
    }
    forward.check();
    backward.check();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"phi3-lora", "gemma2-lora", "qwen3-lora", "mixtral-lora", "qwen3-moe-lora"})
  void adapterTrainingAgreesWithPeft(String name) {
    var folder = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(folder);
    var documents = expected.documents();
    var agreement = new Agreement(GoldenTest.LORA_GRADIENTS, name);

    try (var model = MODELS.adapted(base(expected), folder)) {
      var nll =
          model.accumulate(ReferenceCase.packed(documents), expected.number("targets"), NO_DROPOUT);
      var first = ReferenceCase.packed(documents.subList(0, 1));
      var logits = model.logits(first, IntStream.range(0, first.length()).toArray());

      agreement.add(
          "logits", ReferenceCase.recorded(logits), expected.tensor("logits"), LOGIT_BOUND);
      agreement.add("nll", nll, expected.number("nll"), LOSS_BOUND);
      addGradients(agreement, model, expected);
    }
    agreement.check();
  }

  /** A cap bends the gradient of every logit, a factor scales it; neither depends on chunks. */
  @ParameterizedTest
  @CsvSource({"gemma2, 1", "gemma2, 7", "gemma2, 256", "granite, 1", "granite, 7", "granite, 256"})
  void cappedAndScaledLogitsAgreeInChunksOfAnySize(String name, int rows) {
    var folder = ReferenceCase.folder("families", name);
    var expected = ReferenceCase.read(folder);
    var row = ReferenceCase.packed(expected.documents());
    var options =
        new ModelOptions(ModelOptions.defaults().activationBytes(), rows * 320L * Float.BYTES);
    var agreement =
        new Agreement(
            GoldenTest.CHUNKED_CROSS_ENTROPY, "%s in chunks of %d rows".formatted(name, rows));

    try (var model = MODELS.load(folder, new Tuning.FullParameter(), options)) {
      var nll = model.accumulate(row, expected.number("targets"), NO_DROPOUT);
      var evaluation = model.evaluate(row);

      agreement.add("nll", nll, expected.number("nll"), LOSS_BOUND);
      agreement.add("evaluated", evaluation.negativeLogLikelihood(), nll, LOSS_BOUND);
      agreement.addExact("correct", evaluation.correct(), (long) expected.number("correct"));
      addGradients(agreement, model, expected);
    }
    agreement.check();
  }

  private static Path base(ReferenceCase expected) {
    return ReferenceCase.folder("families", expected.json().path("base").asText());
  }
}
