package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.EvaluationTrend;
import io.llmforge.trainer.checkpoint.GuardState;
import io.llmforge.trainer.checkpoint.TrainingState;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.optim.LearningRateSchedule;
import io.llmforge.trainer.report.EvaluationReport;
import io.llmforge.trainer.report.StepReport;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
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

    /** Stopped on request before there was anything to save. */
    record NotBegun() implements End {}
  }

  private final TrainingPlan plan;
  private final TrainingData data;
  private final ModelInTraining model;
  private final TrainingGroup group;
  private final GroupSaves saves;
  private final GroupEvaluation evaluation;
  private final RunRecords records;
  private final RunSurroundings surroundings;
  private final ReferenceWaiting waiting;
  private final EvaluationTimes times;
  private final LearningRateSchedule schedule;
  private final MemorySaver memory;
  private final RunLog log;
  private StepGuard guard;
  private EarlyStopping earlyStopping;

  private long step;
  private long tokens;
  private long targets;
  private @Nullable Long lastEvaluatedStep;
  private @Nullable Double evaluationLoss;
  private Instant lastStepEnd;

  /**
   * Who makes the steps, and where.
   *
   * @param group the ranks that make them together
   * @param surroundings of this one
   * @param waiting for what others prepare meanwhile
   */
  record Crew(TrainingGroup group, RunSurroundings surroundings, ReferenceWaiting waiting) {}

  /**
   * A loop at its first step, or where the records say.
   *
   * @param resolved the plan and what was decided besides
   */
  TrainingLoop(
      ResolvedPlan resolved,
      TrainingData data,
      ModelInTraining model,
      RunRecords records,
      Crew crew) {
    this.plan = resolved.plan();
    this.data = data;
    this.model = model;
    this.group = crew.group();
    this.surroundings = crew.surroundings();
    this.waiting = crew.waiting();
    this.memory =
        new MemorySaver(
            model,
            resolved.memory(),
            surroundings.console(),
            changed -> writtenByFirst(resolved.with(changed)));
    this.log = new RunLog(surroundings, records.files());
    this.records = records;
    this.saves = new GroupSaves(group, records, model, surroundings.console());
    this.evaluation = new GroupEvaluation(group, model);
    this.times = EvaluationTimes.of(plan.evaluation().every(), data.layout());
    this.schedule = PlanTuning.schedule(plan.optimizer(), data.layout().totalSteps());
    this.lastStepEnd = surroundings.clock().instant();
    this.guard = new StepGuard(GuardState.INITIAL, model.lossOfGuessing());
    this.earlyStopping = earlyStopping(EvaluationTrend.INITIAL);
    records.resumed().ifPresent(this::resume);
    records.copy();
  }

  End run() {
    surroundings.progress().loaded(step, data.layout().epochAfter(step), tokens);
    lastStepEnd = surroundings.clock().instant();
    boolean isCheckpointWanted = false;
    while (true) {
      GroupRequests requests =
          GroupRequests.agreed(group, surroundings.control(), this::isPrepared);
      isCheckpointWanted |= requests.checkpoint();
      if (requests.waiting() && !requests.stop()) {
        if (isCheckpointWanted) {
          save();
          records.copy();
          isCheckpointWanted = false;
        }
        waiting.pause();
        lastStepEnd = surroundings.clock().instant();
        continue;
      }
      if (isEvaluationDue() && !requests.stop()) {
        evaluateAndSave();
        continue;
      }
      if (earlyStopping.isOver()) {
        return endEarly();
      }
      if (step >= data.layout().totalSteps() && !isEvaluationDue() && !requests.waiting()) {
        return new End.Finished();
      }
      if (requests.stop()) {
        Checkpoint last = save();
        records.copy();
        return new End.Stopped(last);
      }
      if (isCheckpointWanted) {
        save();
        records.copy();
        isCheckpointWanted = false;
      }
      surroundings.progress().enter(Phase.TRAINING);
      makeStep();
    }
  }

  /** The heaviest work of the first epoch, before hours are spent on lighter work. */
  void rehearse() {
    long heaviest = data.heaviestStep();
    StepShare share = share(heaviest, data.rowsOfStep(heaviest));
    surroundings
        .console()
        .line("[memory] rehearsal with the rows of step %d".formatted(heaviest + 1));
    memory.run("the rehearsal", () -> model.rehearse(share));
    model.clearGradients();
  }

  private End endEarly() {
    surroundings.console().line("[early stopping] " + earlyStopping.reason());
    surroundings.progress().planned(step, data.layout().epochAfter(step));
    return new End.Finished();
  }

  private void makeStep() {
    List<TokenRow> rows = data.rowsOfStep(step);
    double learningRate = schedule.at(Math.toIntExact(step));
    StepShare share = share(step, rows);
    Tally mine = memory.run("step " + (step + 1), () -> model.accumulate(share));
    ModelInTraining.Gradients gradients = model.combine(share, mine, group);
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
    guard.warningAfter(step).ifPresent(surroundings.console()::warning);
    record(rows, learningRate, gradients);
  }

  private StepShare share(long number, List<TokenRow> rows) {
    return StepShare.of(
        new StepShare.StepKey(plan.seed(), number),
        rows,
        data.packer(),
        data.parts(plan.batch().devices()),
        group);
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
    log.step(report);
  }

  /** Whether what comes next has all it needs: an evaluation, a step, or the end. */
  private boolean isPrepared() {
    if (isEvaluationDue()) {
      return model.isPrepared(data.validation()::rows);
    }
    if (step < data.layout().totalSteps()) {
      return earlyStopping.isOver() || model.isPrepared(() -> data.rowsOfStep(step));
    }
    return data.isEvaluated() || model.isPrepared(data::measuredRows);
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
      earlyStopping.evaluated(evaluationLoss);
    }
    lastEvaluatedStep = step;
    if (step > 0) {
      save();
      retain();
      records.copy();
    }
    lastStepEnd = surroundings.clock().instant();
  }

  private Optional<TrainedTask.Measured> evaluate() {
    surroundings.progress().enter(Phase.EVALUATING);
    Instant start = surroundings.clock().instant();
    Optional<Tally> mine =
        memory.run(
            "the evaluation after step " + step,
            () -> evaluation.count(data, surroundings.control()::isStopRequested));
    Optional<TrainedTask.Measured> measured = evaluation.together(mine);
    measured.ifPresent(
        value -> {
          if (!Double.isFinite(value.loss())) {
            throw new DivergedException(
                "step %d: eval_loss is %s; lower learning_rate".formatted(step, value.loss()),
                null);
          }
          Duration time = Duration.between(start, surroundings.clock().instant());
          log.evaluation(
              new EvaluationReport(
                  step,
                  data.layout().epochAfter(step),
                  value.loss(),
                  model.perplexity(value.loss()),
                  value.metrics(),
                  value.breakdowns(),
                  time));
        });
    return measured;
  }

  private Checkpoint save() {
    surroundings.progress().enter(Phase.SAVING);
    Instant start = surroundings.clock().instant();
    Checkpoint checkpoint = saves.save(this::state);
    Duration time = Duration.between(start, surroundings.clock().instant());
    surroundings.progress().saved(checkpoint.saved(time.toMillis() / 1e3));
    return checkpoint;
  }

  private void writtenByFirst(ResolvedPlan changed) {
    if (group.isFirst()) {
      changed.write(surroundings.volumes().workspace());
    }
  }

  private void retain() {
    try {
      if (records.checkpoints().isPresent()) {
        records.checkpoints().get().retain(plan.evaluation().checkpointsToKeep());
      }
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
        earlyStopping.trend(),
        guard.state(),
        surroundings.progress().progress().metrics(),
        metricsOffset);
  }

  private void resume(Checkpoint checkpoint) {
    TrainingState state = checkpoint.state();
    surroundings.progress().saved(checkpoint.saved(null));
    step = state.step();
    tokens = state.tokens();
    targets = state.targets();
    lastEvaluatedStep = state.lastEvaluatedStep();
    evaluationLoss = state.evaluationLoss();
    earlyStopping = earlyStopping(state.trend());
    guard = new StepGuard(state.guard(), model.lossOfGuessing());
    surroundings.progress().restore(state.metrics());
  }

  private EarlyStopping earlyStopping(EvaluationTrend trend) {
    return new EarlyStopping(Optional.ofNullable(plan.evaluation().earlyStopping()), trend);
  }
}
