package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.checkpoint.EvaluationTrend;
import java.util.Optional;

/** Ends a run whose evaluations no longer improve. What it remembers goes into checkpoints. */
final class EarlyStopping {

  private final Optional<TrainingPlan.EarlyStopping> plan;
  private EvaluationTrend trend;

  EarlyStopping(Optional<TrainingPlan.EarlyStopping> plan, EvaluationTrend trend) {
    this.plan = plan;
    this.trend = trend;
  }

  EvaluationTrend trend() {
    return trend;
  }

  void evaluated(double loss) {
    trend = trend.after(loss, plan.map(TrainingPlan.EarlyStopping::threshold).orElse(0.0));
  }

  boolean isOver() {
    return plan.filter(rule -> trend.withoutImprovement() >= rule.patience()).isPresent();
  }

  /** Why the run is over. */
  String reason() {
    return "eval_loss has not been lower than its best, %s, by more than %s in %d evaluations"
        .formatted(
            trend.best(),
            plan.map(TrainingPlan.EarlyStopping::threshold).orElse(0.0),
            trend.withoutImprovement());
  }
}
