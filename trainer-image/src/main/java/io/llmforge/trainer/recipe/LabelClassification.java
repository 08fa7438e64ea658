package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.Objective.ClassificationMetric;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.trainer.data.LabelTokens;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.metrics.ConfusionCounts;
import io.llmforge.trainer.metrics.LabelMetrics;
import io.llmforge.trainer.metrics.LabelScore;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.TokenScores;
import io.llmforge.trainer.report.Breakdown;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Labels as tokens: the loss is the cross entropy over the whole vocabulary at the one position of
 * a row that predicts its label, so that a model which may write anything writes labels; what is
 * measured compares the labels with each other.
 *
 * @param labels the labels' tokens
 * @param metrics what an evaluation reports of them
 * @param guard sees labels that never come apart
 */
record LabelClassification(LabelTokens labels, Set<ClassificationMetric> metrics, LabelGuard guard)
    implements TrainedTask {

  /** A look costs one forward pass of a micro-batch, and one is enough in a healthy run. */
  private static final int STEPS_BETWEEN_LOOKS = 10;

  LabelClassification {
    metrics = metrics.isEmpty() ? EnumSet.allOf(ClassificationMetric.class) : Set.copyOf(metrics);
  }

  static LabelClassification of(Objective.Classification objective, LabelTokens labels) {
    return new LabelClassification(
        labels, Set.copyOf(objective.metrics()), new LabelGuard(labels.labels()));
  }

  @Override
  public Tally accumulate(CausalLanguageModel model, StepShare share) {
    boolean isTime = guard.steps() % STEPS_BETWEEN_LOOKS == STEPS_BETWEEN_LOOKS - 1;
    if (guard.isWatching() && isTime && !share.microBatches().isEmpty()) {
      guard.look(scored(model, share.microBatches().getFirst().rows()).scores());
    }
    guard.stepMade();
    return new LanguageModelling().accumulate(model, share);
  }

  @Override
  public Measured measured(StepShare share, List<Tally> ofRanks) {
    return new LanguageModelling().measured(share, ofRanks);
  }

  @Override
  public Optional<Tally> count(
      CausalLanguageModel model, List<List<TokenRow>> microBatches, BooleanSupplier cancelled) {
    List<LabelScore> scores = new ArrayList<>();
    double sum = 0;
    for (List<TokenRow> batch : microBatches) {
      if (cancelled.getAsBoolean()) {
        return Optional.empty();
      }
      Scored scored = scored(model, batch);
      sum += scored.negativeLogLikelihood();
      scores.addAll(scored.scores());
    }
    return Optional.of(tally(sum, scores));
  }

  @Override
  public Measured evaluated(List<Tally> ofRanks) {
    double sum = ofRanks.stream().mapToDouble(tally -> tally.at(0)).sum();
    List<LabelScore> scores = ofRanks.stream().flatMap(this::scores).toList();
    guard.look(scores);
    LabelMetrics measured = LabelMetrics.of(scores, labels.labels().size());
    return new Measured(
        sum / scores.size(),
        published(measured),
        List.of(perLabel(measured), confusion(measured.confusion())));
  }

  /** The sum, then of each row its label, the probability of each label, and their mass. */
  private static Tally tally(double sum, List<LabelScore> scores) {
    DoubleStream ofRows =
        scores.stream()
            .flatMapToDouble(
                score ->
                    DoubleStream.concat(
                        DoubleStream.concat(
                            DoubleStream.of(score.truth()), Arrays.stream(score.probabilities())),
                        DoubleStream.of(score.mass())));
    return Tally.of(DoubleStream.concat(DoubleStream.of(sum), ofRows).toArray());
  }

  private Stream<LabelScore> scores(Tally tally) {
    int width = labels.labels().size() + 2;
    return IntStream.range(0, (tally.size() - 1) / width)
        .map(row -> 1 + row * width)
        .mapToObj(
            first ->
                new LabelScore(
                    (int) tally.at(first),
                    tally.range(first + 1, first + width - 1),
                    tally.at(first + width - 1)));
  }

  /**
   * Rows with what the model thinks of them.
   *
   * @param negativeLogLikelihood of the true labels among all tokens, summed, in nats
   */
  private record Scored(double negativeLogLikelihood, List<LabelScore> scores) {}

  private Scored scored(CausalLanguageModel model, List<TokenRow> batch) {
    int[] tokens = labels.ids().stream().mapToInt(Integer::intValue).toArray();
    TokenScores scores = model.scores(TrainingData.packed(batch), tokens);
    if (scores.rows() != batch.size()) {
      throw new IllegalStateException(
          "%d rows have %d labels to predict".formatted(batch.size(), scores.rows()));
    }
    double sum = 0;
    List<LabelScore> rows = new ArrayList<>(batch.size());
    for (int row = 0; row < batch.size(); row++) {
      int truth = truth(batch.get(row));
      float[] logits = scores.logits(row);
      sum += scores.logSumExp(row) - logits[truth];
      rows.add(LabelScore.ofLogits(truth, logits, scores.logSumExp(row)));
    }
    return new Scored(sum, rows);
  }

  private int truth(TokenRow row) {
    return labels.labelOf(row.tokens()[row.trained().nextSetBit(0)]);
  }

  private Map<String, Double> published(LabelMetrics measured) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (ClassificationMetric metric : ClassificationMetric.values()) {
      if (metrics.contains(metric)) {
        switch (metric) {
          case ACCURACY -> values.put(Metric.ACCURACY, measured.confusion().accuracy());
          case F1 -> {
            values.put(Metric.F1, measured.confusion().macroF1());
            values.put(Metric.WEIGHTED_F1, measured.confusion().weightedF1());
          }
          case PRAUC -> values.put(Metric.PRAUC, measured.macroAveragePrecision());
        }
      }
    }
    values.put(Metric.LABEL_MASS, measured.labelMass());
    return values;
  }

  private Breakdown perLabel(LabelMetrics measured) {
    ConfusionCounts confusion = measured.confusion();
    return new Breakdown(
        "labels",
        List.of("rows", "predicted", Metric.F1, Metric.PRAUC),
        rows(
            label ->
                List.of(
                    confusion.support(label),
                    confusion.predicted(label),
                    confusion.f1(label),
                    measured.averagePrecisions().get(label))));
  }

  /** Rows are what is true, columns what was predicted. */
  private Breakdown confusion(ConfusionCounts confusion) {
    long[][] counts = confusion.counts();
    return new Breakdown(
        "confusion",
        labels.labels(),
        rows(label -> Arrays.stream(counts[label]).<Number>mapToObj(Long::valueOf).toList()));
  }

  private List<Breakdown.Row> rows(IntFunction<List<Number>> values) {
    return IntStream.range(0, labels.labels().size())
        .mapToObj(label -> new Breakdown.Row(labels.labels().get(label), values.apply(label)))
        .toList();
  }
}
