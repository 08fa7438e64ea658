package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.EvaluationReport;
import io.llmforge.trainer.report.StepReport;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.util.Optional;

/**
 * Says what a step or an evaluation brought, wherever it is read.
 *
 * @param files the files of all of them, where this process writes them
 */
record RunLog(RunSurroundings surroundings, Optional<RunFiles> files) {

  private static final String WHAT = "the measurements of the run";

  void step(StepReport report) {
    surroundings.progress().stepDone(report);
    surroundings.console().step(report, surroundings.progress());
    try {
      if (files.isPresent()) {
        files.get().step(report);
      }
    } catch (IOException e) {
      throw StorageException.writing(WHAT, e);
    }
  }

  void evaluation(EvaluationReport report) {
    surroundings.progress().evaluated(report);
    surroundings.console().evaluation(report);
    try {
      if (files.isPresent()) {
        files.get().evaluation(report);
      }
    } catch (IOException e) {
      throw StorageException.writing(WHAT, e);
    }
  }
}
