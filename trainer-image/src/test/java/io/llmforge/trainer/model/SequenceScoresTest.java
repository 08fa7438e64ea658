package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.llmforge.trainer.loss.SequenceScore;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses of whole sequences: what they are made of, and their gradients. */
class SequenceScoresTest {

  private static final int VOCABULARY = 320;
  private static final DropoutKey KEY = new DropoutKey(3, 1, 0);

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
  void scoresAreWhatTheLogitsSay(int rowsPerChunk) {
    try (var model = model(0, rowsPerChunk)) {
      var scores = model.sequenceScores(row);
      var logits = model.logits(row, row.targetRows());

      var target = 0;
      for (var segment = 0; segment < scores.size(); segment++) {
        var score = scores.get(segment);
        assertThat(score.targets()).isEqualTo(row.targetsPerSegment()[segment]).isPositive();
        double logProbability = 0;
        double entropy = 0;
        double mean = 0;
        long correct = 0;
        for (var end = target + score.targets(); target < end; target++) {
          var z = Arrays.copyOfRange(logits, target * VOCABULARY, (target + 1) * VOCABULARY);
          var label = row.targets()[target];
          double sum = 0;
          for (var logit : z) {
            sum += Math.exp(logit);
          }
          logProbability += z[label] - Math.log(sum);
          var isBest = true;
          for (var token = 0; token < VOCABULARY; token++) {
            var p = Math.exp(z[token]) / sum;
            entropy -= p * Math.log(p);
            mean += z[token] / VOCABULARY;
            isBest &= token == label || z[token] < z[label];
          }
          correct += isBest ? 1 : 0;
        }
        assertThat(score.logProbability()).isCloseTo(logProbability, within(1e-4));
        assertThat(score.entropy()).isCloseTo(entropy, within(1e-4));
        assertThat(score.meanLogit()).isCloseTo(mean, within(1e-4));
        assertThat(score.correct()).isEqualTo(correct);
      }
      assertThat(sum(scores)).isCloseTo(-model.evaluate(row).negativeLogLikelihood(), within(1e-4));
    }
  }

  /** With equal weights it is the loss of language modelling, whether logits were kept or not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 1000})
  void equalWeightsGiveTheGradientOfLanguageModelling(int rowsPerChunk) {
    try (var model = model(0.4, rowsPerChunk);
        var reference = model(0.4, 1000)) {
      var nll = reference.accumulate(row, 10, KEY);
      var before = runtime.liveTensors();

      var scores = model.accumulate(row, s -> filled(s.size(), -0.1), 1, KEY);

      assertThat(runtime.liveTensors()).isEqualTo(before);
      assertThat(sum(scores)).isCloseTo(-nll, within(1e-4));
      assertEqualGradients(model, reference, 2e-6);
    }
  }

  /** Segments do not see each other, so each contributes what it would alone. */
  @Test
  void everySegmentCountsWithItsOwnWeight() {
    double[] weights = {0.7, -1.3, 0.2};
    var documents = ReferenceCase.read(ReferenceCase.folder("models", "llama")).documents();
    try (var model = model(0, 1000);
        var reference = model(0, 1000)) {
      model.accumulate(row, scores -> weights, 1, KEY);
      for (var segment = 0; segment < weights.length; segment++) {
        var alone = ReferenceCase.packed(documents.subList(segment, segment + 1));
        double weight = weights[segment];
        reference.accumulate(alone, scores -> new double[] {weight}, 1, KEY);
      }

      assertEqualGradients(model, reference, 1e-5);
    }
  }

  /** The product of two sequences' log-probabilities, whose gradient needs both at once. */
  @Test
  void gradientIsTheSlopeOfALossOverSequences() {
    try (var model = model(0, 1000)) {
      var scores = model.sequenceScores(row);
      double a = scores.get(0).logProbability();
      double b = scores.get(1).logProbability();
      model.accumulate(row, s -> new double[] {b / 100, a / 100, 0}, 1, KEY);
      var trained = model.trainables();
      for (var tensor = 0; tensor < trained.values().size(); tensor++) {
        var value = trained.values().get(tensor);
        var gradient = trained.gradients().get(tensor).toFloats();
        var index = largest(gradient);

        var slope = slope(model, value, index);

        assertThat((double) gradient[index])
            .as(value.name())
            .isCloseTo(slope, within(0.02 * Math.abs(slope) + 1e-3));
      }
    }
  }

  @Test
  void segmentWithoutTargetsIsRefused() {
    try (var model = model(0, 1000)) {
      var tokens =
          new PackedTokens(
              new int[] {5, 6, 7, 8}, new int[] {2, 2}, new int[] {-100, 6, -100, -100});

      assertThatThrownBy(() -> model.sequenceScores(tokens))
          .hasMessage("a segment without targets has no log-probability");
    }
  }

  private static double slope(CausalLanguageModel model, NamedTensor value, int index) {
    var step = 2e-3f;
    var values = new ArrayList<Double>();
    for (var sign : List.of(1, -1)) {
      var moved = value.toFloats();
      moved[index] += sign * step;
      replace(model, NamedTensor.of(value.name(), value.shape(), moved));
      var scores = model.sequenceScores(row);
      values.add(scores.get(0).logProbability() * scores.get(1).logProbability() / 100);
      moved[index] -= sign * step;
      replace(model, NamedTensor.of(value.name(), value.shape(), moved));
    }
    return (values.get(0) - values.get(1)) / (2 * step);
  }

  private static void replace(CausalLanguageModel model, NamedTensor replacement) {
    model
        .trainables()
        .restore(
            model.trainables().values().stream()
                .map(v -> v.name().equals(replacement.name()) ? replacement : v)
                .toList());
  }

  private static int largest(float[] values) {
    var largest = 0;
    for (var i = 0; i < values.length; i++) {
      largest = Math.abs(values[i]) > Math.abs(values[largest]) ? i : largest;
    }
    return largest;
  }

  private static void assertEqualGradients(
      CausalLanguageModel model, CausalLanguageModel reference, double bound) {
    var expected = reference.trainables().gradients();
    var actual = model.trainables().gradients();
    for (var tensor = 0; tensor < expected.size(); tensor++) {
      var e = expected.get(tensor).toFloats();
      var a = actual.get(tensor).toFloats();
      var scale = Math.abs(e[largest(e)]);
      assertThat(scale).isPositive();
      for (var i = 0; i < e.length; i++) {
        assertThat(a[i])
            .as(expected.get(tensor).name())
            .isCloseTo(e[i], within((float) (bound * scale)));
      }
    }
  }

  private static double sum(List<SequenceScore> scores) {
    return scores.stream().mapToDouble(SequenceScore::logProbability).sum();
  }

  private static double[] filled(int length, double value) {
    var values = new double[length];
    Arrays.fill(values, value);
    return values;
  }

  private static CausalLanguageModel model(double dropout, int rowsPerChunk) {
    var targets = new Tuning.LoraTargets.Names(List.of("q_proj", "down_proj", "lm_head"));
    var model =
        CausalLanguageModel.load(
            runtime,
            ReferenceCase.folder("models", "llama"),
            new Tuning.Lora(4, 8, dropout, targets, false),
            11,
            new ModelOptions(
                ModelOptions.defaults().activationBytes(),
                rowsPerChunk * (long) VOCABULARY * Float.BYTES));
    model
        .trainables()
        .restore(model.trainables().values().stream().map(SequenceScoresTest::nonZero).toList());
    return model;
  }

  private static NamedTensor nonZero(NamedTensor tensor) {
    var elements = new float[Math.toIntExact(tensor.elementCount())];
    for (var i = 0; i < elements.length; i++) {
      elements[i] = (i % 13 - 6) * 0.02f;
    }
    return NamedTensor.of(tensor.name(), tensor.shape(), elements);
  }
}
