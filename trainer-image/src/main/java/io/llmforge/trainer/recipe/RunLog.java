package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.EvaluationReport;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.report.StepReport;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;

/**
 * Says what a step or an evaluation brought, wherever it is read.
 *
 * @param metrics the file of all of them
 */
record RunLog(RunSurroundings surroundings, MetricsFile metrics) {

  void step(StepReport report) {
    surroundings.progress().stepDone(report);
    surroundings.console().step(report, surroundings.progress());
    try {
      metrics.step(report);
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }

  void evaluation(EvaluationReport report) {
    surroundings.progress().evaluated(report);
    surroundings.console().evaluation(report);
    try {
      metrics.evaluation(report);
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }
}
