package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.WriteProbe;
import io.llmforge.trainer.torch.DeviceMemoryException;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One training run from its plan to its published artefact: rows, then the model, then steps with
 * evaluations and checkpoints, then the best checkpoint, published and loaded once more.
 */
public final class TrainingRecipe {

  private final TrainingPlan plan;
  private final RunSurroundings surroundings;

  public TrainingRecipe(TrainingPlan plan, RunSurroundings surroundings) {
    this.plan = plan;
    this.surroundings = surroundings;
  }

  /** Completed or stopped; every failure is an exception. */
  public TrainingReport run() {
    requireKnownSchema();
    var publication =
        new Publication(plan, surroundings.volumes().target(plan.output().location()));
    publication.requirePossible();
    WriteProbe.requireWritable(workspaceFile(RunRecords.FOLDER), "the workspace");
    ModelSourceFolders folders = ModelSourceFolders.of(plan.model(), surroundings.volumes());

    surroundings.progress().enter(Phase.TOKENIZING);
    TrainingData data = prepareData(folders);
    TrainedTask task = task();
    surroundings.progress().planned(data.layout().totalSteps(), data.layout().epochs());

    surroundings.progress().enter(Phase.LOADING);
    try (RunRecords records = RunRecords.open(plan, data, surroundings)) {
      Trained trained = train(data, task, folders, records);
      return switch (trained.end()) {
        case TrainingLoop.End.Stopped stopped -> stopped(stopped.checkpoint());
        case TrainingLoop.End.Finished ignored -> {
          Checkpoint best = records.checkpoints().best().orElseThrow();
          yield publish(
              publication,
              best,
              folders,
              folder ->
                  new PublishedModel(plan, folder, folders, task, trained.memory().options())
                      .verify(best, data.with(trained.memory())));
        }
      };
    }
  }

  private TrainedTask task() {
    return switch (plan.objective()) {
      case Objective.CausalLm ignored -> new LanguageModelling();
      case Objective.InstructionTuning ignored -> new LanguageModelling();
      case Objective.Classification ignored -> throw notYet("classification");
      case Objective.PreferenceTuning ignored -> throw notYet("preference_tuning");
    };
  }

  private static PlanInvalidException notYet(String task) {
    return new PlanInvalidException("%s is not trained by this version".formatted(task));
  }

  private TrainingData prepareData(ModelSourceFolders folders) {
    try (TextTokenizer tokenizer = folders.openTokenizer(plan.model().base())) {
      return new DataPreparation(plan, surroundings, tokenizer).prepare(folders);
    }
  }

  /**
   * What training came to.
   *
   * @param memory how the device's memory was used
   */
  private record Trained(TrainingLoop.End end, MemoryPlan memory) {}

  private Trained train(
      TrainingData data, TrainedTask task, ModelSourceFolders folders, RunRecords records) {
    try (TorchRuntime runtime = TorchRuntime.start()) {
      ResolvedPlan resolved = resolve(runtime, data, folders);
      try (ModelInTraining model = load(runtime, resolved, task, folders)) {
        requireKnown(data.largestToken(), model);
        records.resumed().ifPresent(model::restore);
        announce(resolved, model, records);
        var loop =
            new TrainingLoop(resolved, data.with(resolved.memory()), model, records, surroundings);
        if (resolved.memory().isTight()) {
          loop.rehearse();
        }
        return new Trained(loop.run(), resolved.memory());
      }
    }
  }

  /** An attempt that goes on keeps the memory plan it began with: rounding depends on it. */
  private ResolvedPlan resolve(
      TorchRuntime runtime, TrainingData data, ModelSourceFolders folders) {
    OptionalLong available =
        runtime.computesOnCpu()
            ? surroundings.memory().availableBytes()
            : runtime.freeDeviceBytes();
    MemoryPlanner planner = new MemoryPlanner(runtime.deviceName(), available);
    MemoryNeeds needs = needs(folders);
    Path workspace = surroundings.volumes().workspace();
    MemoryPlan memory =
        ResolvedPlan.read(workspace, plan, data)
            .map(ResolvedPlan::memory)
            .filter(earlier -> planner.allows(earlier, needs))
            .orElseGet(() -> planner.plan(needs, data.work()));
    ResolvedPlan resolved = ResolvedPlan.of(plan, data, memory);
    resolved.write(workspace);
    return resolved;
  }

  private MemoryNeeds needs(ModelSourceFolders folders) {
    try {
      return MemoryNeeds.of(folders.weights(), PlanTuning.of(plan.tuning()));
    } catch (UncheckedIOException e) {
      throw StorageException.reading(plan.model().base().text(), e);
    }
  }

  private ModelInTraining load(
      TorchRuntime runtime, ResolvedPlan resolved, TrainedTask task, ModelSourceFolders folders) {
    try {
      return ModelInTraining.load(runtime, plan, task, folders, resolved.memory().options());
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

  private TrainingReport publish(
      Publication publication,
      Checkpoint best,
      ModelSourceFolders folders,
      Consumer<Path> verification) {
    surroundings.progress().enter(Phase.PUBLISHING);
    Output output =
        publication.publish(best, folders.base(), workspaceFile(MetricsFile.NAME), verification);
    surroundings.console().line("Best checkpoint is stored in:");
    surroundings.console().line(output.location());
    best.evaluationLoss()
        .ifPresent(
            loss ->
                surroundings
                    .console()
                    .line(String.format(Locale.ROOT, "With perplexity: %.4f", Math.exp(loss))));
    return new TrainingReport.Completed(surroundings.progress().progress(), output);
  }

  private TrainingReport stopped(Checkpoint checkpoint) {
    String name = checkpoint.folder().getFileName().toString();
    surroundings.console().line("Stopped on request; saved as " + name);
    return new TrainingReport.Stopped(surroundings.progress().progress(), name);
  }

  private void announce(ResolvedPlan resolved, ModelInTraining model, RunRecords records) {
    var console = surroundings.console();
    resolved.memory().text().forEach(console::line);
    console.line("[plan] " + resolved.decided().text());
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

  private void requireKnownSchema() {
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
