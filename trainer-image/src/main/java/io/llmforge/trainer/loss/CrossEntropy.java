package io.llmforge.trainer.loss;

import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.List;

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

  /** What each target is to the model, without dropout. */
  public Likelihoods likelihoods(Rows rows, OutputHead head, TensorScope scope) {
    return likelihoods(rows, head, new Dropout(0, 0), false, scope);
  }

  /** The same with dropout, and with what {@link #weightedGradient} needs not make again. */
  public Likelihoods likelihoodsToWeigh(
      Rows rows, OutputHead head, Dropout dropout, TensorScope scope) {
    boolean isOneChunk = rows.targets().elementCount() <= head.rowsPerChunk();
    return likelihoods(rows, head, dropout, isOneChunk, scope);
  }

  /**
   * Gradient of {@code sum(weight of row * nll of row)}, added to the head's sums.
   *
   * @return [R, C], gradient of the hidden rows
   */
  public Tensor weightedGradient(
      Rows rows, Weighted weighted, OutputHead head, Dropout dropout, TensorScope scope) {
    return program
        .call("weighted_gradient")
        .with(rows.hidden())
        .with(rows.targets())
        .with(scope.floats(weighted.weights()))
        .with(weighted.likelihoods().keptLogits())
        .with((long) head.rowsPerChunk())
        .with(head.weights())
        .with(head.gradients())
        .with(dropout.probability())
        .with(dropout.seed())
        .run(scope)
        .get(1);
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

  /**
   * What targets are to a model.
   *
   * @param values [4, R]: log-probability, 1 when it is the most likely token, entropy over all
   *     tokens, mean of all logits
   * @param keptLogits [R, V] or nothing
   */
  public record Likelihoods(Tensor values, List<Tensor> keptLogits) {
    public Likelihoods {
      keptLogits = List.copyOf(keptLogits);
    }

    /**
     * Summed over sequences.
     *
     * @param rowsPerSequence how many consecutive rows each has
     */
    public List<SequenceScore> ofSequences(int... rowsPerSequence) {
      return SequenceScore.ofRows(values.toFloats(), rowsPerSequence);
    }
  }

  /**
   * Rows of which each counts differently.
   *
   * @param likelihoods what the same rows gave with the same dropout
   * @param weights one for each row
   */
  @SuppressWarnings("ArrayRecordComponent") // on its way to the device, compared by nobody
  public record Weighted(Likelihoods likelihoods, float[] weights) {}

  private Likelihoods likelihoods(
      Rows rows, OutputHead head, Dropout dropout, boolean keep, TensorScope scope) {
    var results =
        program
            .call("likelihoods")
            .with(rows.hidden())
            .with(rows.targets())
            .with((long) head.rowsPerChunk())
            .with(keep)
            .with(head.weights())
            .with(dropout.probability())
            .with(dropout.seed())
            .run(scope);
    return new Likelihoods(results.getFirst(), results.subList(1, results.size()));
  }
}
