package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.CheckpointFolders;
import io.llmforge.trainer.checkpoint.TrainingState;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.optim.LearningRateSchedule;
import io.llmforge.trainer.report.EvaluationReport;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.report.StepReport;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Steps, evaluations and checkpoints, from wherever the run is to its last step or to the request
 * to stop. All it needs to go on later is in the checkpoint it leaves.
 */
final class TrainingLoop {

  /** How the loop ended. */
  sealed interface End {
    /** All steps are made; the newest checkpoint belongs to the last. */
    record Finished() implements End {}

    /** Stopped on request, everything saved. */
    record Stopped(Checkpoint checkpoint) implements End {}
  }

  private final TrainingPlan plan;
  private final TrainingData data;
  private final ModelInTraining model;
  private final CheckpointFolders checkpoints;
  private final MetricsFile metrics;
  private final RunSurroundings surroundings;
  private final EvaluationTimes times;
  private final LearningRateSchedule schedule;
  private final StepGuard guard = new StepGuard();

  private long step;
  private long tokens;
  private long targets;
  private @Nullable Long lastEvaluatedStep;
  private @Nullable Double evaluationLoss;
  private Instant lastStepEnd;

  TrainingLoop(
      TrainingPlan plan,
      TrainingData data,
      ModelInTraining model,
      RunRecords records,
      RunSurroundings surroundings) {
    this.plan = plan;
    this.data = data;
    this.model = model;
    this.checkpoints = records.checkpoints();
    this.metrics = records.metrics();
    this.surroundings = surroundings;
    this.times = EvaluationTimes.of(plan.evaluation().every(), data.layout());
    this.schedule = PlanTuning.schedule(plan.optimizer(), data.layout().totalSteps());
    this.lastStepEnd = surroundings.clock().instant();
    records.resumed().ifPresent(checkpoint -> resume(checkpoint.state()));
  }

  End run() {
    surroundings.progress().loaded(step, data.layout().epochAfter(step), tokens);
    lastStepEnd = surroundings.clock().instant();
    while (true) {
      if (isEvaluationDue() && !surroundings.control().isStopRequested()) {
        evaluateAndSave();
      }
      if (step >= data.layout().totalSteps() && !isEvaluationDue()) {
        return new End.Finished();
      }
      if (surroundings.control().isStopRequested()) {
        return new End.Stopped(save());
      }
      if (surroundings.control().takeCheckpointRequest()) {
        save();
      }
      surroundings.progress().enter(Phase.TRAINING);
      makeStep();
    }
  }

  private void makeStep() {
    List<TokenRow> rows = data.rowsOfStep(step);
    double learningRate = schedule.at(Math.toIntExact(step));
    ModelInTraining.Gradients gradients = model.accumulate(rows, data.packer(), step);
    if (guard.allows(step + 1, gradients.measured().loss(), gradients.norm())) {
      model.step(learningRate);
    } else {
      surroundings
          .console()
          .warning(
              "step %d is skipped: loss %s, gradient norm %s; lines of its rows: %s"
                  .formatted(
                      step + 1,
                      gradients.measured().loss(),
                      gradients.norm(),
                      rows.stream().map(TokenRow::line).toList()));
    }
    model.clearGradients();
    step++;
    record(rows, learningRate, gradients);
  }

  private void record(
      List<TokenRow> rows, double learningRate, ModelInTraining.Gradients gradients) {
    long stepTokens = rows.stream().mapToLong(TokenRow::length).sum();
    long stepTargets = rows.stream().mapToLong(TokenRow::targets).sum();
    tokens += stepTokens;
    targets += stepTargets;
    Instant now = surroundings.clock().instant();
    var report =
        new StepReport(
            step,
            data.layout().epochAfter(step),
            gradients.measured().loss(),
            learningRate,
            gradients.norm(),
            gradients.measured().metrics(),
            new StepReport.Work(stepTokens, stepTargets, Duration.between(lastStepEnd, now)));
    lastStepEnd = now;
    surroundings.progress().stepDone(report);
    surroundings.console().step(report, surroundings.progress());
    try {
      metrics.step(report);
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }

  private boolean isEvaluationDue() {
    boolean isNew = lastEvaluatedStep == null || lastEvaluatedStep != step;
    boolean isFirst = step == 0 && plan.evaluation().evaluateFirst() && data.isEvaluated();
    return isNew && (isFirst || times.isDueAfter(step));
  }

  private void evaluateAndSave() {
    if (data.isEvaluated()) {
      Optional<TrainedTask.Measured> measured = evaluate();
      if (measured.isEmpty()) {
        return;
      }
      evaluationLoss = measured.get().loss();
    }
    lastEvaluatedStep = step;
    if (step > 0) {
      save();
      retain();
    }
    lastStepEnd = surroundings.clock().instant();
  }

  private Optional<TrainedTask.Measured> evaluate() {
    surroundings.progress().enter(Phase.EVALUATING);
    Instant start = surroundings.clock().instant();
    Optional<TrainedTask.Measured> measured =
        model.evaluate(
            data.validation().rows(),
            data.evaluationPacker(),
            surroundings.control()::isStopRequested);
    measured.ifPresent(
        value -> {
          if (!Double.isFinite(value.loss())) {
            throw new DivergedException(
                "step %d: eval_loss is %s; lower learning_rate".formatted(step, value.loss()),
                null);
          }
          Duration time = Duration.between(start, surroundings.clock().instant());
          record(
              new EvaluationReport(
                  step,
                  data.layout().epochAfter(step),
                  value.loss(),
                  value.metrics(),
                  value.breakdowns(),
                  time));
        });
    return measured;
  }

  private void record(EvaluationReport report) {
    surroundings.progress().evaluated(report);
    surroundings.console().evaluation(report);
    try {
      metrics.evaluation(report);
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }

  private Checkpoint save() {
    surroundings.progress().enter(Phase.SAVING);
    try {
      return checkpoints.save(state(metrics.flushed()), model::save);
    } catch (IOException e) {
      throw StorageException.writing("the checkpoint of step " + step, e);
    } catch (UncheckedIOException e) {
      throw StorageException.writing("the checkpoint of step " + step, e);
    }
  }

  private void retain() {
    try {
      checkpoints.retain(plan.evaluation().checkpointsToKeep());
    } catch (IOException e) {
      throw StorageException.writing("the folder of checkpoints", e);
    }
  }

  private TrainingState state(long metricsOffset) {
    return new TrainingState(
        TrainingState.SCHEMA,
        data.digest(),
        step,
        tokens,
        targets,
        lastEvaluatedStep,
        evaluationLoss,
        surroundings.progress().progress().metrics(),
        metricsOffset);
  }

  private void resume(TrainingState state) {
    step = state.step();
    tokens = state.tokens();
    targets = state.targets();
    lastEvaluatedStep = state.lastEvaluatedStep();
    evaluationLoss = state.evaluationLoss();
    surroundings.progress().restore(state.metrics());
  }
}
