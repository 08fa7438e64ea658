package io.llmforge.trainer.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelMetricsTest {

  private static final double BOUND = 1e-12;

  /** One recorded case. */
  private record Case(JsonNode json, int labels, List<LabelScore> rows) {
    static List<Case> all() throws IOException {
      var file = Path.of("src/test/resources/fixtures/labels/metrics.json").toFile();
      return new ObjectMapper().readTree(file).valueStream().map(Case::of).toList();
    }

    private static Case of(JsonNode json) {
      var rows =
          IntStream.range(0, json.path("truth").size())
              .mapToObj(
                  row ->
                      new LabelScore(
                          json.path("truth").path(row).intValue(),
                          numbers(json.path("scores").path(row)),
                          1))
              .toList();
      return new Case(json, json.path("labels").intValue(), rows);
    }

    double expected(String name) {
      return json.path(name).doubleValue();
    }
  }

  @Test
  void twoHundredCasesAgreeWithScikitLearn() throws IOException {
    var agreement = new Agreement(GoldenTest.LABEL_METRICS, "200 cases with ties, labels absent");
    var cases = Case.all();
    for (var one : cases) {
      var metrics = LabelMetrics.of(one.rows(), one.labels());
      var confusion = metrics.confusion();
      agreement.add("accuracy", confusion.accuracy(), one.expected("accuracy"), BOUND);
      agreement.add("macro F1", confusion.macroF1(), one.expected("macro"), BOUND);
      agreement.add("weighted F1", confusion.weightedF1(), one.expected("weighted"), BOUND);
      agreement.add(
          "F1",
          IntStream.range(0, one.labels()).mapToDouble(confusion::f1).toArray(),
          numbers(one.json().path("f1")),
          BOUND);
      agreement.add(
          "average precision", metrics.macroAveragePrecision(), one.expected("precision"), BOUND);
      for (int label = 0; label < one.labels(); label++) {
        var precision = one.json().path("precisions").path(label);
        if (precision.isNull()) {
          agreement.addExact("no positive", metrics.averagePrecisions().get(label), Double.NaN);
        } else {
          agreement.add(
              "average precision of a label",
              metrics.averagePrecisions().get(label),
              precision.doubleValue(),
              BOUND);
        }
      }
    }
    assertThat(cases).hasSize(200);
    agreement.check();
  }

  /** Definitions that others use; the recorded cases must tell each of them from ours. */
  @Test
  void otherDefinitionsAreSeen() throws IOException {
    requireCaught(
        "macro F1 over absent labels too",
        "macro",
        one ->
            IntStream.range(0, one.labels())
                .mapToDouble(ConfusionCounts.of(one.rows(), one.labels())::f1)
                .average()
                .orElseThrow());
    requireCaught(
        "labels without a positive count as 0",
        "precision",
        one ->
            LabelMetrics.of(one.rows(), one.labels()).averagePrecisions().stream()
                .mapToDouble(value -> value.isNaN() ? 0 : value)
                .average()
                .orElseThrow());
    requireCaught(
        "ties ranked in the order of the rows",
        "precision",
        one -> LabelMetrics.of(untied(one.rows()), one.labels()).macroAveragePrecision());
  }

  private static void requireCaught(String mistake, String name, ToDoubleFunction<Case> definition)
      throws IOException {
    var agreement = new Agreement(GoldenTest.LABEL_METRICS, mistake);
    for (var one : Case.all()) {
      agreement.add(name, definition.applyAsDouble(one), one.expected(name), BOUND);
    }
    agreement.checkCaught(1e6);
  }

  private static List<LabelScore> untied(List<LabelScore> rows) {
    return IntStream.range(0, rows.size())
        .mapToObj(
            row ->
                new LabelScore(
                    rows.get(row).truth(),
                    Arrays.stream(rows.get(row).probabilities()).map(p -> p - 1e-6 * row).toArray(),
                    1))
        .toList();
  }

  @Test
  void averagePrecisionIsItsDefinition() {
    var random = new Random(1);
    for (int round = 0; round < 300; round++) {
      var rows = rows(random);
      int label = random.nextInt(3);

      double area = AveragePrecision.of(label, rows);

      assertThat(area).isEqualTo(definition(label, rows), within(1e-12));
    }
  }

  @Test
  void orderOfRowsAndScaleOfScoresChangeNothing() {
    var random = new Random(2);
    for (int round = 0; round < 100; round++) {
      var rows = rows(random);
      var shuffled = new ArrayList<>(rows);
      Collections.shuffle(shuffled, random);
      var rescaled =
          shuffled.stream()
              .map(
                  row ->
                      new LabelScore(
                          row.truth(),
                          Arrays.stream(row.probabilities()).map(p -> Math.exp(3 * p)).toArray(),
                          1))
              .toList();

      var metrics = LabelMetrics.of(rows, 3);
      var others = LabelMetrics.of(rescaled, 3);

      assertThat(others.confusion().counts()).isEqualTo(metrics.confusion().counts());
      assertThat(others.averagePrecisions()).isEqualTo(metrics.averagePrecisions());
    }
  }

  @Test
  void perfectScoresAreWorthOneAndEveryMeasureStaysInItsRange() {
    var random = new Random(3);
    for (int round = 0; round < 200; round++) {
      var rows = rows(random);
      var perfect =
          rows.stream()
              .map(
                  row -> {
                    double[] scores = new double[3];
                    scores[row.truth()] = 1;
                    return new LabelScore(row.truth(), scores, 1);
                  })
              .toList();

      var metrics = LabelMetrics.of(rows, 3);
      var best = LabelMetrics.of(perfect, 3);

      assertThat(metrics.confusion().macroF1()).isBetween(0.0, 1.0);
      assertThat(metrics.confusion().weightedF1()).isBetween(0.0, 1.0);
      assertThat(metrics.macroAveragePrecision()).isBetween(0.0, 1.0);
      assertThat(metrics.confusion().rows()).isEqualTo(rows.size());
      assertThat(best.confusion().accuracy()).isEqualTo(1);
      assertThat(best.confusion().macroF1()).isEqualTo(1);
      assertThat(best.macroAveragePrecision()).isEqualTo(1);
    }
  }

  @Test
  void softmaxOfTheLabelsIsShiftedByNothing() {
    var score = LabelScore.ofLogits(1, new float[] {1000, 1001, 999}, 1002);

    double sum = Math.exp(-1) + 1 + Math.exp(-2);
    assertThat(score.probability(1)).isEqualTo(1 / sum, within(1e-12));
    assertThat(score.mass()).isEqualTo(Math.exp(-1) * sum, within(1e-12));
    assertThat(score.predicted()).isEqualTo(1);
    assertThat(LabelScore.ofLogits(0, new float[] {2, 2, 2, 2}, 9).entropy())
        .isEqualTo(Math.log(4), within(1e-12));
    assertThat(LabelScore.ofLogits(0, new float[] {2, 2}, 9).predicted()).isZero();
  }

  @Test
  void labelOutsideOfTheLabelsIsRefused() {
    assertThatThrownBy(() -> new LabelScore(2, new double[] {0.5, 0.5}, 1))
        .hasMessage("label 2 is none of 2 labels");
    assertThatThrownBy(() -> LabelMetrics.of(List.of(), 2)).hasMessage("no rows, no metrics");
  }

  /** Straight from the formula: precision and recall at every distinct score. */
  private static double definition(int label, List<LabelScore> rows) {
    long positives = rows.stream().filter(row -> row.truth() == label).count();
    var thresholds =
        rows.stream().map(row -> row.probability(label)).distinct().sorted().toList().reversed();
    double area = 0;
    double recallBefore = 0;
    for (double threshold : thresholds) {
      var taken = rows.stream().filter(row -> row.probability(label) >= threshold).toList();
      double found = taken.stream().filter(row -> row.truth() == label).count();
      area += (found / positives - recallBefore) * found / taken.size();
      recallBefore = found / positives;
    }
    return area;
  }

  private static List<LabelScore> rows(Random random) {
    return IntStream.range(0, 1 + random.nextInt(20))
        .mapToObj(
            row ->
                new LabelScore(
                    random.nextInt(3),
                    random.doubles(3).map(p -> Math.round(8 * p) / 8.0).toArray(),
                    1))
        .toList();
  }

  private static double[] numbers(JsonNode list) {
    return list.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
  }
}
