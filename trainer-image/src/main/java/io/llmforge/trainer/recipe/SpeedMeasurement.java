package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrainingEstimate.Speed;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.distributed.GroupOfOne;
import io.llmforge.trainer.optim.LearningRateSchedule;
import io.llmforge.trainer.torch.TorchRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the first steps of a run, and throws them away, to see how long they take. The first one
 * warms up and is not counted.
 *
 * @param steps how many are counted
 */
record SpeedMeasurement(TrainingPlan plan, RunSurroundings surroundings, int steps) {

  private static final int MOST_EVALUATION_ROWS = 64;

  Speed measure(TorchRuntime runtime, StartingModel start, TrainingData data, MemoryPlan memory) {
    try (ModelInTraining model =
        ModelInTraining.load(runtime, start, task(start), memory.options())) {
      LearningRateSchedule schedule =
          PlanTuning.schedule(plan.optimizer(), data.layout().totalSteps());
      int counted = (int) Math.min(steps, data.layout().totalSteps());
      step(model, data, schedule, 0);
      Instant begin = surroundings.clock().instant();
      long tokens = 0;
      for (int number = 0; number < counted; number++) {
        tokens += step(model, data, schedule, number);
      }
      double perSecond = tokens / seconds(begin);
      Double evaluationPerSecond = data.isEvaluated() ? evaluation(model, data) : null;
      return new Speed(
          counted, perSecond, evaluationPerSecond, total(data, perSecond, evaluationPerSecond));
    }
  }

  private static TrainedTask task(StartingModel start) {
    return switch (start.plan().objective()) {
      case Objective.CausalLm ignored -> new LanguageModelling();
      case Objective.InstructionTuning ignored -> new LanguageModelling();
      case Objective.Classification classification ->
          LabelClassification.of(classification, start.labels());
      case Objective.PreferenceTuning ignored ->
          throw new IllegalArgumentException("pairs need reference scores");
    };
  }

  private long step(
      ModelInTraining model, TrainingData data, LearningRateSchedule schedule, int number) {
    List<TokenRow> rows = data.rowsOfStep(number);
    var alone = new GroupOfOne();
    var share =
        StepShare.of(
            new StepShare.StepKey(plan.seed(), number),
            rows,
            data.packer(),
            data.parts(plan.batch().devices()),
            alone);
    model.combine(share, model.accumulate(share), alone);
    model.step(schedule.at(number));
    model.clearGradients();
    return tokens(rows);
  }

  private double evaluation(ModelInTraining model, TrainingData data) {
    List<TokenRow> all = data.validation().rows();
    List<TokenRow> rows = all.subList(0, Math.min(MOST_EVALUATION_ROWS, all.size()));
    Instant begin = surroundings.clock().instant();
    model.evaluate(rows, data.evaluationPacker(), () -> false);
    return tokens(rows) / seconds(begin);
  }

  /** On as many devices as the plan has, if their sums took no time. */
  private double total(TrainingData data, double perSecond, @Nullable Double evaluationPerSecond) {
    double training =
        data.layout().epochs() * EstimateRecipe.tokens(data.train().lengths()) / perSecond;
    double evaluating =
        evaluationPerSecond == null
            ? 0
            : EstimateRecipe.evaluations(plan, data)
                * EstimateRecipe.tokens(data.validation().lengths())
                / evaluationPerSecond;
    return (training + evaluating) / plan.batch().devices();
  }

  private double seconds(Instant begin) {
    return Math.max(1, Duration.between(begin, surroundings.clock().instant()).toNanos()) / 1e9;
  }

  private static long tokens(List<TokenRow> rows) {
    return rows.stream().mapToLong(TokenRow::length).sum();
  }
}
