package io.llmforge.trainer.model;

/**
 * The losses of a row.
 *
 * @param negativeLogLikelihood summed over targets, in nats
 * @param balancing how unevenly experts are used, 0 when the model does not mind: at least the
 *     number of experts that a token goes through
 */
record RowLoss(double negativeLogLikelihood, double balancing) {

  static final RowLoss ZERO = new RowLoss(0, 0);
}
