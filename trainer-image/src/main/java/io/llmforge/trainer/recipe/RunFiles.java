package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.EvaluationReport;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.report.StepReport;
import io.llmforge.trainer.tracking.EventFile;
import io.llmforge.trainer.tracking.Measurements;
import java.io.IOException;
import java.util.Map;

/**
 * What grows with every step.
 *
 * @param metrics steps and evaluations, up to the checkpoint the run goes on from
 * @param events the same for TensorBoard
 */
record RunFiles(MetricsFile metrics, EventFile events) implements AutoCloseable {

  void step(StepReport report) throws IOException {
    keep(metrics.step(report));
  }

  void evaluation(EvaluationReport report) throws IOException {
    keep(metrics.evaluation(report));
  }

  /** Length of the metrics file; it and the events are on disk when this returns. */
  long flushed() throws IOException {
    events.flush();
    return metrics.flushed();
  }

  private void keep(Map<String, Object> line) throws IOException {
    events.append(Measurements.of(line));
  }

  @Override
  public void close() throws IOException {
    try (events) {
      metrics.close();
    }
  }
}
