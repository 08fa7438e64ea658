package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.WriteProbe;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;

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
    RunTokenizer tokenizer = RunTokenizer.prepare(plan, folders.base(), surroundings.volumes());
    TrainingData data = prepareData(tokenizer, folders);
    TrainedTask task = task(tokenizer);
    var start = new StartingModel(plan, folders, tokenizer.labels());
    surroundings.progress().planned(data.layout().totalSteps(), data.layout().epochs());

    surroundings.progress().enter(Phase.LOADING);
    try (RunRecords records = RunRecords.open(plan, data, surroundings)) {
      return switch (train(data, task, start, records)) {
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
                  folder -> new PublishedModel(start, folder, task).verify(best, data));
          yield completed(best, output);
        }
      };
    }
  }

  private TrainedTask task(RunTokenizer tokenizer) {
    return switch (plan.objective()) {
      case Objective.CausalLm ignored -> new LanguageModelling();
      case Objective.InstructionTuning ignored -> new LanguageModelling();
      case Objective.Classification classification ->
          LabelClassification.of(classification, tokenizer.labels());
      case Objective.PreferenceTuning ignored -> throw notYet("preference_tuning");
    };
  }

  private static PlanInvalidException notYet(String task) {
    return new PlanInvalidException("%s is not trained by this version".formatted(task));
  }

  private TrainingData prepareData(RunTokenizer run, ModelSourceFolders folders) {
    try (TextTokenizer tokenizer = run.open()) {
      return new DataPreparation(plan, surroundings, tokenizer).prepare(run, folders);
    }
  }

  private TrainingLoop.End train(
      TrainingData data, TrainedTask task, StartingModel start, RunRecords records) {
    try (TorchRuntime runtime = TorchRuntime.start();
        ModelInTraining model = load(runtime, data, task, start)) {
      records.resumed().ifPresent(model::restore);
      announce(data, model, records);
      return new TrainingLoop(plan, data, model, records, surroundings).run();
    }
  }

  private ModelInTraining load(
      TorchRuntime runtime, TrainingData data, TrainedTask task, StartingModel start) {
    try {
      ModelInTraining model = ModelInTraining.load(runtime, start, task);
      int largest = data.largestToken();
      if (largest >= model.vocabularySize()) {
        model.close();
        throw new PlanInvalidException(
            "the tokenizer of %s makes token %d, but the model has only %d; tokenizer and weights must belong together"
                .formatted(plan.model().base().text(), largest, model.vocabularySize()));
      }
      return model;
    } catch (UncheckedIOException e) {
      throw StorageException.reading(plan.model().base().text(), e);
    }
  }

  private TrainingReport completed(Checkpoint best, Output output) {
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

  private void announce(TrainingData data, ModelInTraining model, RunRecords records) {
    surroundings
        .console()
        .line(
            String.format(
                Locale.ROOT,
                "[plan] trained_parameters: %d rows_per_step: %d steps: %d epochs: %s from_step: %d",
                model.trainedParameters(),
                data.layout().rowsPerStep(),
                data.layout().totalSteps(),
                data.layout().epochs(),
                records.resumed().map(checkpoint -> checkpoint.state().step()).orElse(0L)));
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
