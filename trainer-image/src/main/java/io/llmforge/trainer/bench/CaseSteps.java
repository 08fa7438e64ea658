package io.llmforge.trainer.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.DropoutKey;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.model.PackedTokens;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.torch.TorchRuntime;

/** A loaded case, whose step can be made again and again. */
final class CaseSteps implements AutoCloseable {

  /**
   * What one step took and gave.
   *
   * @param seconds from the command to the changed weights
   * @param loss mean over the targets, in nats
   * @param gradientNorm before clipping; 0 when nothing is trained
   */
  record Made(double seconds, double loss, @JsonProperty("gradient_norm") double gradientNorm) {}

  private static final long SEED = 0;
  private static final double MAXIMUM_GRADIENT_NORM = 1;

  private final BenchmarkCase benchmark;
  private final CausalLanguageModel model;
  private final AdamW optimizer;
  private final PackedTokens tokens;
  private int number;

  private CaseSteps(BenchmarkCase benchmark, CausalLanguageModel model, AdamW optimizer) {
    this.benchmark = benchmark;
    this.model = model;
    this.optimizer = optimizer;
    this.tokens = benchmark.packed();
  }

  static CaseSteps load(TorchRuntime runtime, BenchmarkCase benchmark) {
    var model =
        CausalLanguageModel.load(
            runtime, benchmark.model(), benchmark.tuning(), SEED, ModelOptions.defaults());
    benchmark
        .adapter()
        .ifPresent(adapter -> model.trainables().restore(PeftAdapter.readTensors(adapter)));
    var optimizer =
        new AdamW(runtime, model.trainables().tensors(), AdamW.Settings.withWeightDecay(0));
    return new CaseSteps(benchmark, model, optimizer);
  }

  Made make() {
    var start = System.nanoTime();
    var made =
        switch (benchmark.task()) {
          case SUPERVISED -> train();
          case REFERENCE -> score();
        };
    return new Made((System.nanoTime() - start) / 1e9, made.loss(), made.gradientNorm());
  }

  private Made train() {
    optimizer.clearGradients();
    var targets = tokens.targetCount();
    var nll = model.accumulate(tokens, targets, new DropoutKey(SEED, number++, 0));
    var norm = optimizer.clipGradients(MAXIMUM_GRADIENT_NORM);
    optimizer.step(benchmark.learningRate());
    return new Made(0, nll / targets, norm);
  }

  private Made score() {
    var sum = model.evaluate(tokens);
    return new Made(0, sum.negativeLogLikelihood() / sum.targets(), 0);
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }
}
