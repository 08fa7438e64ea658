package io.llmforge.trainer.bench;

import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.DropoutKey;
import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;

/** Trains a few steps on random tokens and says what they cost. */
public final class TrainerBenchmark {

  private static final long SEED = 20261123;
  private static final int USAGE_EXIT_CODE = 64;
  private static final BenchmarkShape SHAPE = BenchmarkShape.HUNDRED_MILLION;

  private final BenchmarkOptions options;
  private final PrintStream out;

  private TrainerBenchmark(BenchmarkOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  public static void main(String... arguments) throws IOException {
    try {
      new TrainerBenchmark(BenchmarkOptions.parse(arguments), System.out).run();
    } catch (IllegalArgumentException mistake) {
      System.err.println("llmforge bench: " + mistake.getMessage());
      System.err.println(BenchmarkOptions.USAGE);
      System.exit(USAGE_EXIT_CODE);
    }
  }

  private void run() throws IOException {
    try (var folder = TemporaryFolder.create();
        var runtime =
            options.products().map(TorchRuntime::startOnCpu).orElseGet(TorchRuntime::start)) {
      BenchmarkModel.write(folder.path(), SHAPE, SEED);
      var start = System.nanoTime();
      try (var model =
          CausalLanguageModel.load(runtime, folder.path(), tuning(), SEED, modelOptions())) {
        out.printf(
            "model        llama, %.1f million parameters, %s, %s with %d threads%n",
            SHAPE.parameters() / 1e6,
            options.precision().text(),
            runtime.deviceName(),
            runtime.threads());
        out.printf("loading      %.1f s%n", seconds(start));
        measure(runtime, model);
        reportMemory(folder.path());
      }
    }
  }

  private void measure(TorchRuntime runtime, CausalLanguageModel model) throws IOException {
    var random = new SplittableRandom(SEED);
    var rows = BenchmarkRows.mixed(options.tokensPerStep(), SHAPE.vocabulary(), random);
    var trained = model.trainables();
    out.printf(
        "step         %s, %d trained parameters, %d tokens in %d rows, %d targets%n",
        options.tuning().name().toLowerCase(Locale.ROOT),
        trained.elementCount(),
        rows.packed().length(),
        rows.lengths().size(),
        rows.packed().targetCount());
    var peak = new MatrixProductPeak(runtime);
    var operations =
        new StepOperations(SHAPE, tuning()).count(rows.lengths(), rows.packed().targetCount());
    var settings = AdamW.Settings.withWeightDecay(0);
    try (var optimizer = new AdamW(runtime, trained.tensors(), settings)) {
      step(model, optimizer, rows, 0);
      var bestPeak = 0.0;
      var bestStep = Double.POSITIVE_INFINITY;
      for (var number = 1; number <= options.steps(); number++) {
        bestPeak = Math.max(bestPeak, peak(peak));
        bestStep = Math.min(bestStep, step(model, optimizer, rows, number));
      }
      report(rows, operations, bestStep, Math.max(bestPeak, peak(peak)));
    }
  }

  private double peak(MatrixProductPeak peak) {
    var square = peak.measure(2048, 2048, 2048);
    var layer = peak.measure(options.tokensPerStep(), SHAPE.hidden(), SHAPE.feedForward());
    return Math.max(square, layer);
  }

  /** Seconds of one optimizer step. */
  private double step(CausalLanguageModel model, AdamW optimizer, BenchmarkRows rows, int number) {
    var start = System.nanoTime();
    optimizer.clearGradients();
    var targets = rows.packed().targetCount();
    var nll = model.accumulate(rows.packed(), targets, new DropoutKey(SEED, number, 0));
    var accumulated = seconds(start);
    var norm = optimizer.clipGradients(1);
    optimizer.step(1e-4);
    var seconds = seconds(start);
    out.printf(
        "step %-7d %.2f s, of which optimizer %.2f s; loss %.4f, gradient norm %.4f%n",
        number, seconds, seconds - accumulated, nll / targets, norm);
    return seconds;
  }

  private void report(BenchmarkRows rows, double operations, double bestStep, double bestPeak)
      throws IOException {
    out.printf("peak         %.0f GFLOP/s in the best matrix product%n", bestPeak / 1e9);
    out.printf("throughput   %.0f tokens/s%n", rows.packed().length() / bestStep);
    out.printf(
        "share        %.2f of the peak (%.0f GFLOP/s in the step)%n",
        operations / bestStep / bestPeak, operations / bestStep / 1e9);
    out.printf("padding      %.0f %% of a padded batch avoided%n", 100 * rows.paddingShare());
  }

  private void reportMemory(Path folder) throws IOException {
    var needs = MemoryNeeds.of(folder, tuning(), options.precision());
    var tokens = options.tokensPerStep();
    var estimate =
        needs.fixedBytes()
            + needs.activationBytes(tokens, needs.layerCount())
            + needs.passingBytes(tokens, modelOptions().logitsBytes());
    out.printf(
        "memory       %.2f GiB at most, Java and libraries included; %.2f GiB estimated without%n",
        ResidentMemory.peakBytes() / (1L << 30), (double) estimate / (1L << 30));
  }

  private ModelOptions modelOptions() {
    return ModelOptions.defaults().with(options.precision());
  }

  private Tuning tuning() {
    return switch (options.tuning()) {
      case FULL -> new Tuning.FullParameter();
      case LORA -> new Tuning.Lora(16, 32, 0.05, new Tuning.LoraTargets.AllLinear(), false);
    };
  }

  private static double seconds(long startNanoseconds) {
    return (System.nanoTime() - startNanoseconds) / 1e9;
  }
}
