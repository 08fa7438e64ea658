package io.llmforge.trainer.bench;

import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.DropoutKey;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Measures how the time of a LoRA step grows: everything stays as it is in the middle of all series
 * except the one quantity that a series is about.
 */
final class CostGrowth {

  private static final long SEED = 20261126;
  private static final int DOCUMENT = 128;
  private static final int MIDDLE_TOKENS = 512;
  private static final int MIDDLE_RANK = 16;
  private static final int WARM_UP_STEPS = 1;
  private static final long PEAK_SIZE = 2048;
  private static final BenchmarkShape MIDDLE = new BenchmarkShape(16_000, 512, 1536, 4, 8, 2);

  private static final List<Plan> PLANS =
      List.of(
          new Plan(
              "tokens (documents of %d)".formatted(DOCUMENT),
              List.of(128, 256, 512, 1024, 2048),
              amount -> new Setup(MIDDLE, MIDDLE_RANK, documents(amount))),
          new Plan(
              "tokens (one document)",
              List.of(128, 256, 512, 1024, 2048),
              amount -> new Setup(MIDDLE, MIDDLE_RANK, List.of(amount))),
          new Plan(
              "LoRA rank",
              List.of(4, 16, 32, 64, 128),
              amount -> new Setup(MIDDLE, amount, documents(MIDDLE_TOKENS))),
          new Plan(
              "layers",
              List.of(1, 2, 4, 6, 8),
              amount ->
                  new Setup(MIDDLE.withLayers(amount), MIDDLE_RANK, documents(MIDDLE_TOKENS))),
          new Plan(
              "vocabulary",
              List.of(8_000, 16_000, 32_000, 64_000, 128_000),
              amount ->
                  new Setup(MIDDLE.withVocabulary(amount), MIDDLE_RANK, documents(MIDDLE_TOKENS))));

  /**
   * What one point is measured with.
   *
   * @param shape of the model
   * @param rank of the adapters on all linear modules except the head
   * @param lengths tokens of each document
   */
  private record Setup(BenchmarkShape shape, int rank, List<Integer> lengths) {}

  private record Plan(String quantity, List<Integer> amounts, IntFunction<Setup> setup) {}

  private record MeasuredPoint(int amount, double seconds, double operations) {}

  private record MeasuredSeries(String quantity, List<MeasuredPoint> points) {

    GrowthSeries against(double peak) {
      return new GrowthSeries(
          quantity,
          points.stream()
              .map(p -> new GrowthSeries.Point(p.amount(), p.seconds(), p.operations() / peak))
              .toList());
    }
  }

  private final TorchRuntime runtime;
  private final int steps;
  private final MatrixProductPeak products;
  private double peak;

  CostGrowth(TorchRuntime runtime, int steps) {
    this.runtime = runtime;
    this.steps = steps;
    this.products = new MatrixProductPeak(runtime);
  }

  List<GrowthSeries> measure() throws IOException {
    var measured = new ArrayList<MeasuredSeries>();
    for (var plan : PLANS) {
      measured.add(measure(plan));
    }
    return measured.stream().map(one -> one.against(peak)).toList();
  }

  /** What is the same in all series, in words. */
  static String middle() {
    return "llama of %d layers, hidden %d, feed-forward %d, vocabulary %d; LoRA of rank %d on all projections; %d tokens in documents of %d, half of them learned"
        .formatted(
            MIDDLE.layers(),
            MIDDLE.hidden(),
            MIDDLE.feedForward(),
            MIDDLE.vocabulary(),
            MIDDLE_RANK,
            MIDDLE_TOKENS,
            DOCUMENT);
  }

  /** Operations per second of the best matrix product that was seen between the points. */
  double peak() {
    return peak;
  }

  private MeasuredSeries measure(Plan plan) throws IOException {
    var points = new ArrayList<MeasuredPoint>();
    for (var amount : plan.amounts()) {
      peak = Math.max(peak, products.measure(PEAK_SIZE, PEAK_SIZE, PEAK_SIZE));
      points.add(measure(amount, plan.setup().apply(amount)));
    }
    return new MeasuredSeries(plan.quantity(), points);
  }

  private MeasuredPoint measure(int amount, Setup setup) throws IOException {
    var targets = new Tuning.LoraTargets.AllLinear();
    var tuning = new Tuning.Lora(setup.rank(), setup.rank(), 0, targets, false);
    var random = new SplittableRandom(SEED);
    var rows = BenchmarkRows.of(setup.lengths(), setup.shape().vocabulary(), random);
    var operations =
        new StepOperations(setup.shape(), tuning)
            .count(rows.lengths(), rows.packed().targetCount());
    try (var folder = TemporaryFolder.create()) {
      BenchmarkModel.write(folder.path(), setup.shape(), SEED);
      var options = ModelOptions.defaults();
      try (var model = CausalLanguageModel.load(runtime, folder.path(), tuning, SEED, options)) {
        return new MeasuredPoint(amount, seconds(model, rows), operations);
      }
    }
  }

  /** The best of a few steps: whatever else runs on the machine only ever adds. */
  private double seconds(CausalLanguageModel model, BenchmarkRows rows) {
    var settings = AdamW.Settings.withWeightDecay(0);
    try (var optimizer = new AdamW(runtime, model.trainables().tensors(), settings)) {
      var best = Double.POSITIVE_INFINITY;
      for (var number = 0; number < WARM_UP_STEPS + steps; number++) {
        var start = System.nanoTime();
        optimizer.clearGradients();
        model.accumulate(
            rows.packed(), rows.packed().targetCount(), new DropoutKey(SEED, number, 0));
        optimizer.clipGradients(1);
        optimizer.step(1e-4);
        var seconds = (System.nanoTime() - start) / 1e9;
        best = number < WARM_UP_STEPS ? best : Math.min(best, seconds);
      }
      return best;
    }
  }

  private static List<Integer> documents(int tokens) {
    return Collections.nCopies(tokens / DOCUMENT, DOCUMENT);
  }
}
