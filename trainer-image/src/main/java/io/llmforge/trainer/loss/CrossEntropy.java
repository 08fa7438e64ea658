package io.llmforge.trainer.loss;

import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;

/**
 * Cross entropy over target rows. {@code R} target rows, {@code C} hidden size, {@code V}
 * vocabulary.
 */
public final class CrossEntropy {

  /**
   * What a training pass gives.
   *
   * @param negativeLogLikelihood summed over the rows, in nats
   * @param hiddenGradient [R, C]
   */
  public record Gradient(double negativeLogLikelihood, Tensor hiddenGradient) {}

  /**
   * What an evaluation pass gives.
   *
   * @param negativeLogLikelihood summed over the rows, in nats
   * @param correct rows whose most likely token is the target
   */
  public record Score(double negativeLogLikelihood, long correct) {}

  /**
   * Dropout on the input of the head's adapter.
   *
   * @param probability that an input is dropped
   * @param seed of the mask
   */
  public record Dropout(double probability, long seed) {}

  private final TorchProgram program;

  public CrossEntropy(TorchRuntime runtime) {
    this.program = runtime.load(CrossEntropy.class, "cross_entropy", "CrossEntropy");
  }

  /**
   * Gradient of {@code weight * sum(nll)}, added to the head's sums; the sum itself is unweighted.
   */
  public Gradient gradient(
      Rows rows, double weight, OutputHead head, Dropout dropout, TensorScope scope) {
    var results =
        program
            .call("gradient")
            .with(rows.hidden())
            .with(rows.targets())
            .with(weight)
            .with((long) head.rowsPerChunk())
            .with(head.weights())
            .with(head.gradients())
            .with(dropout.probability())
            .with(dropout.seed())
            .run(scope);
    return new Gradient(results.get(0).toDouble(), results.get(1));
  }

  public Score evaluate(Rows rows, OutputHead head, TensorScope scope) {
    var results =
        program
            .call("evaluation")
            .with(rows.hidden())
            .with(rows.targets())
            .with((long) head.rowsPerChunk())
            .with(head.weights())
            .run(scope);
    return new Score(results.get(0).toDouble(), (long) results.get(1).toDouble());
  }

  /** [R, V]. */
  public Tensor logits(Tensor hidden, OutputHead head, TensorScope scope) {
    return program.call("logits").with(hidden).with(head.weights()).run(scope).getFirst();
  }

  /**
   * The logits of some tokens and, behind them, the log-sum-exp of all.
   *
   * @param hidden [R, C], normed
   * @param tokens [K], token ids
   * @return [R, K + 1]
   */
  public Tensor scores(Tensor hidden, Tensor tokens, OutputHead head, TensorScope scope) {
    return program
        .call("scores")
        .with(hidden)
        .with(tokens)
        .with((long) head.rowsPerChunk())
        .with(head.weights())
        .run(scope)
        .getFirst();
  }

  /**
   * Rows that predict a target.
   *
   * @param hidden [R, C], normed
   * @param targets [R], token ids
   */
  public record Rows(Tensor hidden, Tensor targets) {}
}
