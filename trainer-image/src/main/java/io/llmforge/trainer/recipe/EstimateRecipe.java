package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrainingEstimate;
import io.llmforge.crds.plan.TrainingEstimate.Memory;
import io.llmforge.crds.plan.TrainingEstimate.Rows;
import io.llmforge.crds.plan.TrainingEstimate.Steps;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * What a plan comes to: the same rows, the same planner and, when it is asked to measure, the same
 * steps as those of a run, in a workspace of its own. Nothing is trained and nothing published.
 */
public final class EstimateRecipe {

  private final TrainingPlan plan;
  private final RunSurroundings surroundings;
  private final Request request;

  /**
   * What is to be estimated.
   *
   * @param memoryBytes memory to plan with; empty takes that of this device
   * @param measuredSteps steps to make and throw away; 0 measures nothing
   */
  public record Request(OptionalLong memoryBytes, int measuredSteps) {}

  public EstimateRecipe(TrainingPlan plan, RunSurroundings surroundings, Request request) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.request = request;
  }

  /** Counts, plans and measures; every failure is an exception. */
  public TrainingEstimate estimate() {
    TrainingRecipe.requirePossible(plan);
    if (request.measuredSteps() > 0 && plan.objective() instanceof Objective.PreferenceTuning) {
      throw new PlanInvalidException(
          "steps of preference_tuning need the reference's scores and are not measured; leave the measuring out");
    }
    ModelSourceFolders folders = ModelSourceFolders.of(plan.model(), surroundings.volumes());
    RunTokenizer tokenizer = RunTokenizer.prepare(plan, folders.base(), surroundings.volumes());
    TrainingData data = prepared(tokenizer, folders);
    var start = new StartingModel(plan, folders, tokenizer.labels());
    try (TorchRuntime runtime = TorchRuntime.start()) {
      MemoryPlan memory =
          planner(runtime).plan(start.memoryNeeds(PlanPrecision.of(plan, runtime)), data.work());
      return new TrainingEstimate(
          rows(data),
          steps(data),
          memory(memory),
          request.measuredSteps() == 0
              ? null
              : new SpeedMeasurement(plan, surroundings, request.measuredSteps())
                  .measure(runtime, start, data.with(memory), memory));
    }
  }

  private TrainingData prepared(RunTokenizer run, ModelSourceFolders folders) {
    try (TextTokenizer tokenizer = run.open()) {
      return new DataPreparation(plan, surroundings, tokenizer, surroundings.volumes().workspace())
          .prepare(run, folders);
    }
  }

  private MemoryPlanner planner(TorchRuntime runtime) {
    MemoryPlanner planner = MemoryPlanner.of(runtime, surroundings.memory());
    return request.memoryBytes().isPresent() ? planner.with(request.memoryBytes()) : planner;
  }

  private static Rows rows(TrainingData data) {
    return new Rows(
        data.train().size(),
        data.validation().size(),
        data.summary().contextLength(),
        data.longestRow(),
        data.summary().train().truncated(),
        tokens(data.train().lengths()),
        data.summary().train().targets(),
        tokens(data.validation().lengths()));
  }

  static long tokens(int[] lengths) {
    return Arrays.stream(lengths).asLongStream().sum();
  }

  private Steps steps(TrainingData data) {
    return new Steps(
        data.layout().rowsPerStep(),
        data.layout().stepsPerEpoch(),
        data.layout().totalSteps(),
        data.layout().epochs(),
        evaluations(plan, data));
  }

  /** How often a run evaluates; without rows to evaluate on, how often it saves. */
  static long evaluations(TrainingPlan plan, TrainingData data) {
    var times = EvaluationTimes.of(plan.evaluation().every(), data.layout());
    long first = plan.evaluation().evaluateFirst() && data.isEvaluated() ? 1 : 0;
    return first
        + LongStream.rangeClosed(1, data.layout().totalSteps()).filter(times::isDueAfter).count();
  }

  private static Memory memory(MemoryPlan plan) {
    MemoryNeeds needs = plan.needs();
    return new Memory(
        plan.device(),
        plan.usableBytes(),
        needs.elements(),
        needs.trainedElements(),
        needs.weightBytes(),
        needs.gradientBytes(),
        needs.optimizerBytes(),
        needs.activationBytes(plan.microBatchTokens(), plan.keptLayers()),
        needs.passingBytes(plan.microBatchTokens(), plan.logitsBytes()),
        plan.peakBytes(),
        plan.microBatchTokens(),
        plan.keptLayers(),
        needs.layerCount());
  }
}
