package io.llmforge.trainer.loss;

import java.util.List;

/** A loss that depends on the log-probabilities of whole sequences. */
@FunctionalInterface
public interface SequenceLoss {

  /**
   * The loss's derivative by the log-probability of each sequence. Called once per micro-batch,
   * between its forward and its backward pass.
   */
  double[] gradients(List<SequenceScore> scores);
}
