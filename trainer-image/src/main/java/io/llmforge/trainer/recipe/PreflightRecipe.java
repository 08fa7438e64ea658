package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.model.ModelDesign;
import io.llmforge.trainer.model.ModelOptions;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything about a run that can be found wrong without an accelerator, in the order of what it
 * costs: places, model files, rows, memory. It is found by the same classes, and told in the same
 * words, as by a trainer; the rows are left in the workspace, where the trainer finds them.
 */
public final class PreflightRecipe {

  private static final String ACCELERATOR = "one accelerator";

  private final TrainingPlan plan;
  private final RunSurroundings surroundings;
  private final OptionalLong memoryBytes;

  /**
   * A look at a plan.
   *
   * @param memoryBytes memory of one accelerator, where somebody knows it
   */
  public PreflightRecipe(
      TrainingPlan plan, RunSurroundings surroundings, OptionalLong memoryBytes) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.memoryBytes = memoryBytes;
  }

  /**
   * Returns when nothing is wrong; whatever is wrong is an exception. A report means that the place
   * for the result has it already, so that nothing is left to do.
   */
  public Optional<TrainingReport> run() {
    TrainingRecipe.requirePossible(plan);
    RunPlaces places = RunPlaces.of(plan, surroundings);
    ModelSourceFolders folders = ModelSourceFolders.of(plan.model(), surroundings.volumes());
    Adoption adoption = Adoption.of(plan, folders, surroundings);
    if (adoption.report() != null) {
      return Optional.of(adoption.report());
    }
    places.requireOutput();
    RemoteCheckpoints.of(plan, folders, surroundings).ifPresent(RemoteCheckpoints::requireWritable);
    RunTokenizer tokenizer = RunTokenizer.prepare(plan, folders.base(), surroundings.volumes());
    var start = new StartingModel(plan, folders, tokenizer.labels());
    ModelDesign design = start.requireComplete();
    surroundings.console().line("[preflight] the model's files are complete");

    surroundings.progress().enter(Phase.TOKENIZING);
    TrainingData data = prepared(tokenizer, folders);
    start.requireKnown(data.largestToken(), design.vocabularySize());
    surroundings.progress().planned(data.layout().totalSteps(), data.layout().epochs());

    memory(start, data).text().forEach(surroundings.console()::line);
    surroundings
        .console()
        .line(
            "[preflight] nothing is wrong: %d rows, %d steps"
                .formatted(data.train().size(), data.layout().totalSteps()));
    return Optional.empty();
  }

  private TrainingData prepared(RunTokenizer run, ModelSourceFolders folders) {
    try (TextTokenizer tokenizer = run.open()) {
      return new DataPreparation(plan, surroundings, tokenizer, surroundings.volumes().workspace())
          .prepare(run, folders);
    }
  }

  /** In the smallest numbers that may be chosen: what does not fit so fits nowhere. */
  private MemoryPlan memory(StartingModel start, TrainingData data) {
    return new MemoryPlanner(ACCELERATOR, memoryBytes, ModelOptions.defaults().logitsBytes())
        .plan(start.memoryNeeds(PlanPrecision.smallest(plan)), data.work());
  }
}
