package io.llmforge.trainer.report;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One optimizer step that was made.
 *
 * @param step number of the step, from 1
 * @param epoch passes over the data done after it
 * @param loss mean over its targets, before the step
 * @param learningRate rate it was made with
 * @param gradientNorm global norm before clipping
 * @param metrics what the task measures besides the loss, by its published name
 * @param work what it went through and how long that took
 */
public record StepReport(
    long step,
    double epoch,
    double loss,
    double learningRate,
    double gradientNorm,
    Map<String, Double> metrics,
    Work work) {

  public StepReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /**
   * Amount of work.
   *
   * @param tokens tokens of its rows
   * @param targets tokens learned
   * @param time time from the end of the last step
   */
  public record Work(long tokens, long targets, Duration time) {}
}
