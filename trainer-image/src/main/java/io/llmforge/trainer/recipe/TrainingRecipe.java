package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.WriteProbe;
import io.llmforge.trainer.torch.DeviceMemoryException;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * One training run from its plan to its published artefact: rows, then the model, then steps with
 * evaluations and checkpoints, then the best checkpoint, published and loaded once more.
 */
public final class TrainingRecipe {

  private static final int ROWS_LOOKED_AT = 16;

  private final TrainingPlan plan;
  private final RunSurroundings surroundings;

  public TrainingRecipe(TrainingPlan plan, RunSurroundings surroundings) {
    this.plan = plan;
    this.surroundings = surroundings;
  }

  /** Completed or stopped; every failure is an exception. */
  public TrainingReport run() {
    requirePossible(plan);
    var publication =
        new Publication(plan, surroundings.volumes().target(plan.output().location()));
    publication.requirePossible();
    WriteProbe.requireWritable(workspaceFile(RunRecords.FOLDER), "the workspace");
    ModelSourceFolders folders = ModelSourceFolders.of(plan.model(), surroundings.volumes());

    surroundings.progress().enter(Phase.TOKENIZING);
    RunTokenizer tokenizer = RunTokenizer.prepare(plan, folders.base(), surroundings.volumes());
    TrainingData data = prepareData(tokenizer, folders);
    var start = new StartingModel(plan, folders, tokenizer.labels());
    surroundings.progress().planned(data.layout().totalSteps(), data.layout().epochs());
    Optional<TrainedTask> prepared = task(tokenizer, data, start);
    if (prepared.isEmpty()) {
      surroundings.console().line("Stopped on request while waiting for the reference");
      return new TrainingReport.Stopped(surroundings.progress().progress(), "none");
    }
    TrainedTask task = prepared.get();

    surroundings.progress().enter(Phase.LOADING);
    try (RunRecords records = RunRecords.open(plan, data, surroundings)) {
      Trained trained = train(data, task, start, records);
      return switch (trained.end()) {
        case TrainingLoop.End.Stopped stopped -> stopped(stopped.checkpoint());
        case TrainingLoop.End.Finished ignored -> {
          Checkpoint best = records.checkpoints().best().orElseThrow();
          surroundings.progress().enter(Phase.PUBLISHING);
          Output output =
              publication.publish(
                  best,
                  start,
                  tokenizer,
                  workspaceFile(MetricsFile.NAME),
                  folder ->
                      new PublishedModel(start, folder, task, trained.memory().options())
                          .verify(best, data.with(trained.memory())));
          yield completed(best, task, output);
        }
      };
    }
  }

  /** What is minimised; nothing when the run was asked to stop while it waited for others. */
  private Optional<TrainedTask> task(
      RunTokenizer tokenizer, TrainingData data, StartingModel start) {
    return switch (plan.objective()) {
      case Objective.CausalLm ignored -> Optional.of(new LanguageModelling());
      case Objective.InstructionTuning ignored -> Optional.of(new LanguageModelling());
      case Objective.Classification classification ->
          Optional.of(LabelClassification.of(classification, tokenizer.labels()));
      case Objective.PreferenceTuning preference -> {
        ReferenceFolder folder =
            ReferenceScores.folder(preference.reference(), start, data, surroundings);
        var waiting = new ReferenceWaiting(preference.reference(), folder, surroundings);
        yield waiting.untilComplete()
            ? Optional.of(PreferencePairs.of(preference, folder, data))
            : Optional.empty();
      }
    };
  }

  private TrainingData prepareData(RunTokenizer run, ModelSourceFolders folders) {
    try (TextTokenizer tokenizer = run.open()) {
      return new DataPreparation(plan, surroundings, tokenizer, surroundings.volumes().workspace())
          .prepare(run, folders);
    }
  }

  /**
   * What training came to.
   *
   * @param memory how the device's memory was used
   */
  private record Trained(TrainingLoop.End end, MemoryPlan memory) {}

  private Trained train(
      TrainingData data, TrainedTask task, StartingModel start, RunRecords records) {
    try (TorchRuntime runtime = TorchRuntime.start()) {
      ResolvedPlan resolved = resolve(runtime, data, start);
      try (ModelInTraining model = load(runtime, resolved, task, start)) {
        requireKnown(data.largestToken(), model);
        // The model still is the one that training starts from, also when the run goes on.
        model.requireFitting(data.someRows(ROWS_LOOKED_AT));
        records.resumed().ifPresent(model::restore);
        announce(runtime, resolved, model, records);
        start
            .adapter()
            .flatMap(adapter -> adapter.doubtAbout(plan.model().modelId()))
            .ifPresent(surroundings.console()::warning);
        var loop =
            new TrainingLoop(resolved, data.with(resolved.memory()), model, records, surroundings);
        if (resolved.memory().isTight()) {
          loop.rehearse();
        }
        return new Trained(loop.run(), resolved.memory());
      }
    }
  }

  /**
   * An attempt that goes on keeps the precision it began with, and the memory plan as long as it
   * fits and no smaller micro-batches are asked for: rounding depends on both.
   */
  private ResolvedPlan resolve(TorchRuntime runtime, TrainingData data, StartingModel start) {
    MemoryPlanner planner = MemoryPlanner.of(runtime, surroundings.memory());
    Path workspace = surroundings.volumes().workspace();
    Optional<MemoryPlan> before =
        ResolvedPlan.read(workspace, plan, data).map(ResolvedPlan::memory);
    Precision precision =
        before.map(MemoryPlan::precision).orElseGet(() -> PlanPrecision.of(plan, runtime));
    MemoryNeeds needs = start.memoryNeeds(precision);
    MemoryPlanner.Work work = data.work().dividedBy(surroundings.microBatchDivisor());
    MemoryPlan memory =
        before
            .filter(earlier -> planner.allows(earlier, needs))
            .filter(earlier -> earlier.isWithin(work))
            .orElseGet(() -> planner.plan(needs, work));
    ResolvedPlan resolved = ResolvedPlan.of(plan, data, memory);
    resolved.write(workspace);
    return resolved;
  }

  private ModelInTraining load(
      TorchRuntime runtime, ResolvedPlan resolved, TrainedTask task, StartingModel start) {
    try {
      return ModelInTraining.load(runtime, start, task, resolved.memory().options());
    } catch (UncheckedIOException e) {
      throw StorageException.reading(plan.model().base().text(), e);
    } catch (DeviceMemoryException e) {
      throw MemorySaver.exceeded("loading the model", resolved.memory(), e);
    }
  }

  private void requireKnown(int largestToken, ModelInTraining model) {
    if (largestToken >= model.vocabularySize()) {
      throw new PlanInvalidException(
          "the tokenizer of %s makes token %d, but the model has only %d; tokenizer and weights must belong together"
              .formatted(plan.model().base().text(), largestToken, model.vocabularySize()));
    }
  }

  private TrainingReport completed(Checkpoint best, TrainedTask task, Output output) {
    surroundings.console().line("Best checkpoint is stored in:");
    surroundings.console().line(output.location());
    best.evaluationLoss().stream()
        .flatMap(loss -> task.perplexity(loss).stream())
        .mapToObj(value -> String.format(Locale.ROOT, "With perplexity: %.4f", value))
        .forEach(surroundings.console()::line);
    return new TrainingReport.Completed(surroundings.progress().progress(), output);
  }

  private TrainingReport stopped(Checkpoint checkpoint) {
    String name = checkpoint.folder().getFileName().toString();
    surroundings.console().line("Stopped on request; saved as " + name);
    return new TrainingReport.Stopped(surroundings.progress().progress(), name);
  }

  private void announce(
      TorchRuntime runtime, ResolvedPlan resolved, ModelInTraining model, RunRecords records) {
    var console = surroundings.console();
    resolved.memory().text().forEach(console::line);
    console.line("[plan] " + resolved.decided().text());
    PlanPrecision.warning(resolved.memory().precision(), runtime).ifPresent(console::warning);
    console.line(
        "[plan] trained_parameters: %d from_step: %d"
            .formatted(
                model.trainedParameters(),
                records.resumed().map(checkpoint -> checkpoint.state().step()).orElse(0L)));
    if (resolved.decided().totalSteps() <= plan.optimizer().warmupSteps()) {
      console.warning(
          "all %d steps are warm-up and learning_rate is never reached; lower num_warmup_steps or train_batch_size_per_device, or raise num_epochs"
              .formatted(resolved.decided().totalSteps()));
    }
  }

  static void requirePossible(TrainingPlan plan) {
    if (plan.schemaVersion() != TrainingPlan.SCHEMA_VERSION) {
      throw new PlanInvalidException(
          "the plan has schema version %d, this trainer reads %d; operator and trainer image must be of the same release"
              .formatted(plan.schemaVersion(), TrainingPlan.SCHEMA_VERSION));
    }
  }

  private Path workspaceFile(String name) {
    return surroundings.volumes().workspace().resolve(name);
  }
}
