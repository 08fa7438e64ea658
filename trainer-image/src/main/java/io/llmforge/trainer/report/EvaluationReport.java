package io.llmforge.trainer.report;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One pass over the validation rows.
 *
 * @param step optimizer steps done before it
 * @param epoch passes over the training data done before it
 * @param loss what training minimises, as a mean over all validation rows
 * @param perplexity e to the power of the loss, where that is a cross entropy; may be infinite
 * @param metrics what the task measures besides, by its published name without {@code eval_}
 * @param breakdowns the same in its parts, for the metrics file and the console
 * @param time how long it took
 */
public record EvaluationReport(
    long step,
    double epoch,
    double loss,
    OptionalDouble perplexity,
    Map<String, Double> metrics,
    List<Breakdown> breakdowns,
    Duration time) {

  public EvaluationReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    breakdowns = List.copyOf(breakdowns);
  }
}
