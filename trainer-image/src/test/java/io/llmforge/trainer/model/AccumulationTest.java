package io.llmforge.trainer.model;

import static io.llmforge.trainer.model.ReferenceModels.NO_DROPOUT;
import static io.llmforge.trainer.model.ReferenceModels.addGradients;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.optim.AdamW;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However a window of rows is cut into micro-batches, it is one step, and that of Transformers. */
class AccumulationTest {

  /** For losses and gradient norms; single gradients of float32 sums agree less well. */
  private static final double BOUND = 1e-6;

  private static final Path LLAMA = ReferenceCase.folder("models", "llama");

  @RegisterExtension static final ReferenceModels MODELS = new ReferenceModels();

  /** What a window came to: the loss per target, and the norm of all gradients. */
  private record Window(double loss, double gradientNorm) {}

  @ParameterizedTest
  @CsvSource({
    "full-window, 4x1",
    "full-window, 2x2",
    "full-window, 1x4",
    "last-window, 4x1",
    "last-window, 2x2",
    "last-window, 1x4"
  })
  void everySplitIsTheStepOfTransformers(String name, String split) {
    var expected = ReferenceCase.read(ReferenceCase.folder("accumulation", name));
    var theirs = expected.json().path("splits").path(split);
    var agreement = new Agreement(GoldenTest.ACCUMULATION, "%s, %s".formatted(name, split));
    var gradients =
        new Agreement(GoldenTest.ACCUMULATION, "%s, %s, every gradient".formatted(name, split));

    try (var model = MODELS.full(LLAMA)) {
      var window = accumulate(model, expected, theirs.path("batch").asInt());

      addWindow(agreement, window, theirs);
      addGradients(gradients, model, expected);
    }
    agreement.check();
    gradients.check();
  }

  @ParameterizedTest
  @CsvSource({"full-window, 2", "full-window, 1", "last-window, 2", "last-window, 1"})
  void splitsAgreeWithTheUndividedWindow(String name, int batch) {
    var expected = ReferenceCase.read(ReferenceCase.folder("accumulation", name));
    var agreement =
        new Agreement(
            GoldenTest.ACCUMULATION, "%s, batches of %d against one".formatted(name, batch));

    try (var split = MODELS.full(LLAMA);
        var whole = MODELS.full(LLAMA)) {
      var ours = accumulate(split, expected, batch);
      var undivided = accumulate(whole, expected, 4);

      agreement.add("loss", ours.loss(), undivided.loss(), BOUND);
      agreement.add("gradient norm", ours.gradientNorm(), undivided.gradientNorm(), BOUND);
    }
    agreement.check();
  }

  /** What stacks did for years: the mean of the micro-batches' means. */
  @Test
  void meanOfMeansIsCaught() {
    var expected = ReferenceCase.read(ReferenceCase.folder("accumulation", "full-window"));
    var documents = expected.documents();
    var agreement = new Agreement(GoldenTest.ACCUMULATION, "mean of the micro-batches' means");
    var asTheyDid = new Agreement(GoldenTest.ACCUMULATION, "the same mistake in Transformers");

    try (var model = MODELS.full(LLAMA)) {
      var loss = 0.0;
      for (var document : documents) {
        var row = ReferenceCase.packed(List.of(document));
        var share = (double) row.targetCount() * documents.size();
        loss += model.accumulate(row, share, NO_DROPOUT) / share;
      }
      var wrong = window(model, loss);

      addWindow(agreement, wrong, expected.json().path("splits").path("1x4"));
      addWindow(asTheyDid, wrong, expected.json().path("mean_of_means"));
    }
    agreement.checkCaught(1000);
    asTheyDid.check();
  }

  private static void addWindow(Agreement agreement, Window window, JsonNode theirs) {
    agreement.add("loss", window.loss(), theirs.path("loss").asDouble(), BOUND);
    agreement.add(
        "gradient norm", window.gradientNorm(), theirs.path("gradient_norm").asDouble(), BOUND);
  }

  private static Window accumulate(CausalLanguageModel model, ReferenceCase window, int batch) {
    var documents = window.documents();
    var targets = window.number("targets");
    var nll = 0.0;
    for (var batchOfRows : batches(documents, batch)) {
      nll += model.accumulate(ReferenceCase.packed(batchOfRows), targets, NO_DROPOUT);
    }
    return window(model, nll / targets);
  }

  private static Window window(CausalLanguageModel model, double loss) {
    try (var optimizer =
        new AdamW(
            MODELS.runtime(), model.trainables().tensors(), AdamW.Settings.withWeightDecay(0))) {
      return new Window(loss, optimizer.gradientNorm());
    }
  }

  private static List<List<ReferenceCase.Document>> batches(
      List<ReferenceCase.Document> documents, int size) {
    var batches = new ArrayList<List<ReferenceCase.Document>>();
    for (var first = 0; first < documents.size(); first += size) {
      batches.add(documents.subList(first, Math.min(first + size, documents.size())));
    }
    return batches;
  }
}
