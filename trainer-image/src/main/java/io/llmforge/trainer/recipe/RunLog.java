package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.EvaluationReport;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.report.StepReport;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.tracking.Measurements;
import java.io.IOException;
import java.util.Map;

/**
 * Says what a step or an evaluation brought, wherever it is read.
 *
 * @param records the files of all of them
 */
record RunLog(RunSurroundings surroundings, RunRecords records) {

  void step(StepReport report) {
    surroundings.progress().stepDone(report);
    surroundings.console().step(report, surroundings.progress());
    try {
      keep(records.metrics().step(report));
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }

  void evaluation(EvaluationReport report) {
    surroundings.progress().evaluated(report);
    surroundings.console().evaluation(report);
    try {
      keep(records.metrics().evaluation(report));
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }

  private void keep(Map<String, Object> line) {
    Measurements measured = Measurements.of(line);
    try {
      records.events().append(measured);
    } catch (IOException e) {
      throw StorageException.writing("the events for TensorBoard", e);
    }
  }
}
