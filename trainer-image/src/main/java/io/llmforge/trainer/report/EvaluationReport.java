package io.llmforge.trainer.report;

import java.time.Duration;

/**
 * One pass over the validation rows.
 *
 * @param step optimizer steps done before it
 * @param epoch passes over the training data done before it
 * @param loss sum of negative log-likelihood over all targets, divided by their number
 * @param time how long it took
 */
public record EvaluationReport(long step, double epoch, double loss, Duration time) {

  /** Infinite when it does not fit a double. */
  public double perplexity() {
    return Math.exp(loss);
  }
}
