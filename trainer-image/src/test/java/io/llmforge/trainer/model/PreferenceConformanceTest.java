package io.llmforge.trainer.model;

import static io.llmforge.trainer.model.ReferenceModels.LOGIT_BOUND;
import static io.llmforge.trainer.model.ReferenceModels.LOSS_BOUND;
import static io.llmforge.trainer.model.ReferenceModels.NO_DROPOUT;
import static io.llmforge.trainer.model.ReferenceModels.addGradients;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.loss.PreferenceLoss;
import io.llmforge.trainer.loss.PreferenceLoss.LogRatios;
import io.llmforge.trainer.loss.SequenceScore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Log-probabilities, five losses and their gradients against TRL; float32, CPU. */
class PreferenceConformanceTest {

  @RegisterExtension static final ReferenceModels MODELS = new ReferenceModels();

  @ParameterizedTest
  @ValueSource(strings = {"full", "lora"})
  void logProbabilitiesAndMetricsAreThoseOfTrl(String name) {
    var expected = ReferenceCase.read(ReferenceCase.folder("preferences", "losses", name));
    var agreement = new Agreement(GoldenTest.PREFERENCE_LOSSES, "log-probabilities, " + name);

    try (var model = model(expected, ModelOptions.defaults())) {
      var scores = model.sequenceScores(packed(expected.json().path("pairs")));

      var logps = expected.json().path("logps");
      for (var pair = 0; pair < logps.size(); pair++) {
        for (var side = 0; side < 2; side++) {
          agreement.add(
              "pair %d side %d".formatted(pair, side),
              scores.get(2 * pair + side).logProbability(),
              logps.get(pair).get(side).asDouble(),
              LOGIT_BOUND);
        }
      }
      var metrics = expected.json().path("metrics");
      agreement.add(
          "entropy",
          sum(scores, 0, 1, SequenceScore::entropy) / targets(scores, 0, 1),
          metrics.path("entropy").asDouble(),
          LOGIT_BOUND);
      agreement.addError(
          "logits/chosen",
          Math.abs(
              sum(scores, 0, 2, SequenceScore::meanLogit) / targets(scores, 0, 2)
                  - metrics.path("logits/chosen").asDouble()),
          LOGIT_BOUND);
      agreement.addError(
          "logits/rejected",
          Math.abs(
              sum(scores, 1, 2, SequenceScore::meanLogit) / targets(scores, 1, 2)
                  - metrics.path("logits/rejected").asDouble()),
          LOGIT_BOUND);
      agreement.add(
          "mean_token_accuracy",
          sum(scores, 0, 2, SequenceScore::correct) / targets(scores, 0, 2),
          metrics.path("mean_token_accuracy").asDouble(),
          1e-7);
    }
    agreement.check();
  }

  /** All pairs in one micro-batch or one in each; logits in one chunk or in many. */
  @ParameterizedTest
  @CsvSource({"full, 4, 1000", "full, 1, 3", "lora, 4, 1000", "lora, 1, 1000", "lora, 4, 3"})
  void lossesAndGradientsAreThoseOfTrl(String name, int pairsPerBatch, int rowsPerChunk) {
    var expected = ReferenceCase.read(ReferenceCase.folder("preferences", "losses", name));
    var options =
        new ModelOptions(
            ModelOptions.defaults().activationBytes(), rowsPerChunk * 320L * Float.BYTES);
    for (var loss : List.of("sigmoid", "conservative", "robust", "hinge", "ipo")) {
      var agreement =
          new Agreement(
              GoldenTest.PREFERENCE_LOSSES,
              "%s, %s, %d pairs a batch, chunks of %d"
                  .formatted(loss, name, pairsPerBatch, rowsPerChunk));
      try (var model = model(expected, options)) {
        var values = accumulate(model, expected, loss, pairsPerBatch);

        addLosses(agreement, values, expected, loss);
        addGradients(agreement, model, expected, loss + ".");
      }
      agreement.check();
    }
  }

  @Test
  void everyPairHasItsOwnGradient() {
    var expected = ReferenceCase.read(ReferenceCase.folder("preferences", "losses", "lora"));
    var agreement = new Agreement(GoldenTest.PREFERENCE_LOSSES, "gradient of each pair");
    for (var pair = 0; pair < expected.json().path("pairs").size(); pair++) {
      try (var model = model(expected, ModelOptions.defaults())) {
        accumulate(model, expected, "sigmoid", List.of(pair), 1);

        addGradients(agreement, model, expected, "pair.%d.".formatted(pair));
      }
    }
    agreement.check();
  }

  @Test
  void swappedReferencesAreCaught() {
    var expected = ReferenceCase.read(ReferenceCase.folder("preferences", "losses", "full"));
    var agreement =
        new Agreement(GoldenTest.PREFERENCE_LOSSES, "references of chosen and rejected swapped");
    try (var model = model(expected, ModelOptions.defaults())) {
      var scores = model.sequenceScores(packed(expected.json().path("pairs")));
      var values = new ArrayList<Double>();
      for (var pair = 0; pair < scores.size() / 2; pair++) {
        var reference = expected.json().path("pairs").get(pair);
        values.add(
            loss("sigmoid", expected)
                .of(
                    new LogRatios(
                        scores.get(2 * pair).logProbability()
                            - reference.path("ref_rejected_logps").asDouble(),
                        scores.get(2 * pair + 1).logProbability()
                            - reference.path("ref_chosen_logps").asDouble(),
                        1,
                        1))
                .value());
      }
      addLosses(agreement, values, expected, "sigmoid");
    }
    agreement.checkCaught(1000);
  }

  private static void addLosses(
      Agreement agreement, List<Double> values, ReferenceCase expected, String loss) {
    var alone = expected.json().path("losses").path(loss).path("alone");
    for (var pair = 0; pair < values.size(); pair++) {
      // A loss near zero is the difference of numbers near one.
      agreement.addError(
          "loss of pair " + pair,
          Math.abs(values.get(pair) - alone.get(pair).asDouble())
              / Math.max(1, alone.get(pair).asDouble()),
          LOSS_BOUND);
    }
  }

  private static List<Double> accumulate(
      CausalLanguageModel model, ReferenceCase expected, String loss, int pairsPerBatch) {
    var count = expected.json().path("pairs").size();
    var values = new ArrayList<Double>();
    for (var first = 0; first < count; first += pairsPerBatch) {
      var batch = IntStream.range(first, first + pairsPerBatch).boxed().toList();
      values.addAll(accumulate(model, expected, loss, batch, count));
    }
    return values;
  }

  private static List<Double> accumulate(
      CausalLanguageModel model,
      ReferenceCase expected,
      String name,
      List<Integer> batch,
      int pairsOfStep) {
    var pairs = batch.stream().map(expected.json().path("pairs")::get).toList();
    var values = new ArrayList<Double>();
    model.accumulate(
        packed(pairs),
        scores -> {
          var gradients = new double[scores.size()];
          for (var pair = 0; pair < pairs.size(); pair++) {
            var chosen = scores.get(2 * pair);
            var rejected = scores.get(2 * pair + 1);
            var of =
                loss(name, expected)
                    .of(
                        new LogRatios(
                            chosen.logProbability()
                                - pairs.get(pair).path("ref_chosen_logps").asDouble(),
                            rejected.logProbability()
                                - pairs.get(pair).path("ref_rejected_logps").asDouble(),
                            chosen.targets(),
                            rejected.targets()));
            values.add(of.value());
            gradients[2 * pair] = of.chosenGradient() / pairsOfStep;
            gradients[2 * pair + 1] = of.rejectedGradient() / pairsOfStep;
          }
          return gradients;
        },
        1,
        NO_DROPOUT);
    return values;
  }

  private static PreferenceLoss loss(String name, ReferenceCase expected) {
    var beta = expected.number("beta");
    var smoothing = expected.json().path("losses").path(name).path("label_smoothing").asDouble();
    return switch (name) {
      case "sigmoid", "conservative" -> new PreferenceLoss.Sigmoid(beta, smoothing);
      case "robust" -> new PreferenceLoss.Robust(beta, smoothing);
      case "hinge" -> new PreferenceLoss.Hinge(beta);
      case "ipo" -> new PreferenceLoss.Ipo(beta);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static double sum(
      List<SequenceScore> scores,
      int first,
      int stride,
      java.util.function.ToDoubleFunction<SequenceScore> value) {
    return IntStream.iterate(first, i -> i < scores.size(), i -> i + stride)
        .mapToDouble(i -> value.applyAsDouble(scores.get(i)))
        .sum();
  }

  private static double targets(List<SequenceScore> scores, int first, int stride) {
    return sum(scores, first, stride, SequenceScore::targets);
  }

  private static PackedTokens packed(Iterable<JsonNode> pairs) {
    var documents = new ArrayList<ReferenceCase.Document>();
    for (var pair : pairs) {
      for (var side : List.of("chosen_ids", "rejected_ids")) {
        var ids = new ArrayList<Integer>();
        pair.path("prompt_ids").forEach(id -> ids.add(id.asInt()));
        var labels = new ArrayList<>(ids.stream().map(id -> PackedTokens.IGNORED).toList());
        pair.path(side).forEach(id -> ids.add(id.asInt()));
        pair.path(side).forEach(id -> labels.add(id.asInt()));
        documents.add(new ReferenceCase.Document(ids, labels));
      }
    }
    return ReferenceCase.packed(documents);
  }

  private static CausalLanguageModel model(ReferenceCase expected, ModelOptions options) {
    var base = ReferenceCase.folder("models", expected.json().path("base").asText());
    var adapter = expected.json().path("adapter");
    return adapter.isNull()
        ? MODELS.load(base, new Tuning.FullParameter(), options)
        : MODELS.adapted(base, ReferenceCase.folder("lora", adapter.asText()), options);
  }
}
