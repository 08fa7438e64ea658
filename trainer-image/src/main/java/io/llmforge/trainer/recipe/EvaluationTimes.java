package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan.Every;
import io.llmforge.trainer.data.StepLayout;

/**
 * After which optimizer steps the model is evaluated and saved; always after the last.
 *
 * @param every the plan's distance
 * @param stepsPerEpoch optimizer steps of one pass
 * @param totalSteps optimizer steps of the run
 */
record EvaluationTimes(Every every, int stepsPerEpoch, long totalSteps) {

  static EvaluationTimes of(Every every, StepLayout layout) {
    return new EvaluationTimes(every, layout.stepsPerEpoch(), layout.totalSteps());
  }

  boolean isDueAfter(long step) {
    if (step == 0) {
      return false;
    }
    return step == totalSteps
        || switch (every.unit()) {
          case STEPS -> step % every.count() == 0;
          case EPOCHS -> step % ((long) every.count() * stepsPerEpoch) == 0;
          case TIMES_PER_RUN ->
              step * every.count() / totalSteps != (step - 1) * every.count() / totalSteps;
        };
  }
}
