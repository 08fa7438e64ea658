package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.EvaluationReport;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.report.StepReport;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.util.Optional;

/**
 * Says what a step or an evaluation brought, wherever it is read.
 *
 * @param metrics the file of all of them, where this process writes it
 */
record RunLog(RunSurroundings surroundings, Optional<MetricsFile> metrics) {

  void step(StepReport report) {
    surroundings.progress().stepDone(report);
    surroundings.console().step(report, surroundings.progress());
    try {
      if (metrics.isPresent()) {
        metrics.get().step(report);
      }
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }

  void evaluation(EvaluationReport report) {
    surroundings.progress().evaluated(report);
    surroundings.console().evaluation(report);
    try {
      if (metrics.isPresent()) {
        metrics.get().evaluation(report);
      }
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }
}
