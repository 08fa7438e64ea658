package io.llmforge.trainer.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.DropoutKey;
import io.llmforge.trainer.model.PackedTokens;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** A loaded case, whose step can be made again and again. */
final class CaseSteps implements AutoCloseable {

  /**
   * What one step took and gave.
   *
   * @param seconds from the command to the changed weights
   * @param loss mean over the targets, or over the pairs, in nats
   * @param gradientNorm before clipping; 0 when nothing is trained
   */
  record Made(double seconds, double loss, @JsonProperty("gradient_norm") double gradientNorm) {}

  private static final long SEED = 0;
  private static final double MAXIMUM_GRADIENT_NORM = 1;

  private final TorchRuntime runtime;
  private final BenchmarkCase benchmark;
  private final CausalLanguageModel model;
  private final AdamW optimizer;
  private final PackedTokens tokens;
  private Optional<BenchmarkPairs> pairs = Optional.empty();
  private int number;

  private CaseSteps(
      TorchRuntime runtime, BenchmarkCase benchmark, CausalLanguageModel model, AdamW optimizer) {
    this.runtime = runtime;
    this.benchmark = benchmark;
    this.model = model;
    this.optimizer = optimizer;
    this.tokens = benchmark.packed();
  }

  static CaseSteps load(TorchRuntime runtime, BenchmarkCase benchmark) {
    var model =
        CausalLanguageModel.load(
            runtime, benchmark.model(), benchmark.tuning(), SEED, benchmark.options());
    benchmark
        .adapter()
        .ifPresent(adapter -> model.trainables().restore(PeftAdapter.readTensors(adapter)));
    var optimizer =
        new AdamW(runtime, model.trainables().tensors(), AdamW.Settings.withWeightDecay(0));
    return new CaseSteps(runtime, benchmark, model, optimizer);
  }

  /** References are scored once, before the first step, by the model as it is then. */
  private BenchmarkPairs pairs() {
    var known = pairs.orElseGet(() -> BenchmarkPairs.against(model.sequenceScores(tokens)));
    pairs = Optional.of(known);
    return known;
  }

  Made make() {
    return switch (benchmark.task()) {
      case SUPERVISED -> train(this::supervised);
      case PREFERENCE -> {
        var known = pairs();
        yield train(key -> preferences(known, key));
      }
      case REFERENCE -> score();
    };
  }

  private Made train(ToDoubleFunction<DropoutKey> accumulate) {
    var start = System.nanoTime();
    optimizer.clearGradients();
    var loss = accumulate.applyAsDouble(new DropoutKey(SEED, number++, 0));
    var norm = optimizer.clipGradients(MAXIMUM_GRADIENT_NORM);
    optimizer.step(benchmark.learningRate());
    runtime.awaitDevice();
    return new Made(seconds(start), loss, norm);
  }

  private double supervised(DropoutKey key) {
    var targets = tokens.targetCount();
    return model.accumulate(tokens, targets, key) / targets;
  }

  private double preferences(BenchmarkPairs known, DropoutKey key) {
    return known.value(model.accumulate(tokens, known::gradients, 1, key));
  }

  private Made score() {
    var start = System.nanoTime();
    var sum = 0.0;
    for (var score : model.sequenceScores(tokens)) {
      sum += score.logProbability();
    }
    return new Made(seconds(start), -sum / tokens.targetCount(), 0);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }
}
