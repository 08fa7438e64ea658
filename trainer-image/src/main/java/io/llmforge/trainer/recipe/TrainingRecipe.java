package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Phase;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.CheckpointFolders;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.data.TextTokenizer;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.torch.DeviceMemoryException;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One training run from its plan to its finished artefact: rows, then the model, then steps with
 * evaluations and checkpoints, then the best checkpoint, loaded once more and published, or left in
 * the workspace for a pod that may leave the cluster.
 */
public final class TrainingRecipe {

  private static final int ROWS_LOOKED_AT = 16;

  private final TrainingPlan plan;
  private final RunSurroundings surroundings;
  private final TrainingGroup group;

  /**
   * A run, or one rank's part of it.
   *
   * @param group the ranks that train together; rank 0 writes what they have in common
   */
  public TrainingRecipe(TrainingPlan plan, RunSurroundings surroundings, TrainingGroup group) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.group = group;
  }

  /** Completed or stopped; every failure is an exception. */
  public TrainingReport run() {
    requirePossible(plan);
    RunPlaces places = RunPlaces.of(plan, surroundings);
    ModelSourceFolders folders = ModelSourceFolders.of(plan.model(), surroundings.volumes());
    var order = new GroupOrder(group);
    Adoption adoption =
        order.fromFirst(Adoption.class, () -> Adoption.withinCluster(plan, folders, surroundings));
    if (adoption.report() != null) {
      return adoption.report();
    }
    if (group.isFirst()) {
      places.publication().requirePossible();
    }

    surroundings.progress().enter(Phase.TOKENIZING);
    RunTokenizer tokenizer =
        order.inTurn(() -> RunTokenizer.prepare(plan, folders.base(), surroundings.volumes()));
    TrainingData data = order.afterFirst(() -> prepareData(tokenizer, folders));
    order.requireSame("rows", data.digest());
    var start = new StartingModel(plan, folders, tokenizer.labels());
    surroundings.progress().planned(data.layout().totalSteps(), data.layout().epochs());
    TrainedTask task = task(tokenizer, data, start);

    surroundings.progress().enter(Phase.LOADING);
    try (RunRecords records = RunRecords.open(data, start, surroundings, group);
        RunTracking tracking = new RunTracking(surroundings)) {
      Trained trained = train(data, task, start, records, tracking);
      return switch (trained.end()) {
        case TrainingLoop.End.Stopped stopped -> {
          tracking.stopped();
          awaitCopies(records, tracking);
          yield stopped(stopped.checkpoint());
        }
        case TrainingLoop.End.NotBegun ignored -> {
          surroundings.console().line("Stopped on request while waiting for the reference");
          tracking.stopped();
          awaitCopies(records, tracking);
          yield records.resumed().map(this::stopped).orElseGet(this::stopped);
        }
        case TrainingLoop.End.Finished ignored -> {
          surroundings.progress().enter(Phase.PUBLISHING);
          Optional<Checkpoint> best = records.checkpoints().flatMap(CheckpointFolders::best);
          best.ifPresent(checkpoint -> adoption.offer(checkpoint, surroundings));
          Output output =
              order.fromFirst(
                  Output.class,
                  () ->
                      places
                          .publication()
                          .publish(
                              best.orElseThrow(),
                              start,
                              tokenizer,
                              workspaceFile(MetricsFile.NAME),
                              folder ->
                                  new PublishedModel(
                                          start, folder, task, trained.memory().options())
                                      .verify(best.orElseThrow(), data.with(trained.memory()))));
          tracking.completed(output);
          // What is to leave the cluster is not published yet, and the workspace may be lost.
          if (plan.remoteOutput().isEmpty()) {
            records.copies().ifPresent(CheckpointCopies::remove);
          }
          yield finished(best, task, output);
        }
      };
    }
  }

  /** Within what is left of the time that the pod has to end. */
  private void awaitCopies(RunRecords records, RunTracking tracking) {
    records
        .copies()
        .ifPresent(
            copies -> copies.finish(surroundings.control().sinceStop(), tracking.longestClosing()));
  }

  private TrainedTask task(RunTokenizer tokenizer, TrainingData data, StartingModel start) {
    return switch (plan.objective()) {
      case Objective.CausalLm ignored -> new LanguageModelling();
      case Objective.InstructionTuning ignored -> new LanguageModelling();
      case Objective.Classification classification ->
          LabelClassification.of(classification, tokenizer.labels());
      case Objective.PreferenceTuning preference -> {
        ReferenceFolder folder =
            ReferenceScores.folder(preference.reference(), start, data, surroundings);
        var pairs = ReferenceScores.pairs(plan.evaluation(), data).keySet();
        yield PreferencePairs.of(
            preference, new PairScores(folder, preference.reference().shards(), pairs));
      }
    };
  }

  private TrainingData prepareData(RunTokenizer run, ModelSourceFolders folders) {
    try (TextTokenizer tokenizer = run.open()) {
      var preparation =
          new DataPreparation(plan, surroundings, tokenizer, surroundings.volumes().workspace());
      return group.isFirst() ? preparation.prepare(run, folders) : preparation.read(run, folders);
    }
  }

  /**
   * What training came to.
   *
   * @param memory how the device's memory was used
   */
  private record Trained(TrainingLoop.End end, MemoryPlan memory) {}

  private Trained train(
      TrainingData data,
      TrainedTask task,
      StartingModel start,
      RunRecords records,
      RunTracking tracking) {
    try (TorchRuntime runtime = TorchRuntime.start()) {
      ResolvedPlan resolved = resolve(runtime, data, start);
      if (group.isFirst()) {
        tracking.begin(resolved);
      }
      try (ModelInTraining model = load(runtime, resolved, task, start)) {
        start.requireKnown(data.largestToken(), model.vocabularySize());
        var waiting = new ReferenceWaiting(task.awaited(), surroundings);
        List<TokenRow> first = data.firstRows(ROWS_LOOKED_AT);
        if (!waiting.until(() -> model.isPrepared(() -> first), group)) {
          return new Trained(new TrainingLoop.End.NotBegun(), resolved.memory());
        }
        // The model still is the one that training starts from, also when the run goes on.
        model.requireFitting(first);
        records.resumed().ifPresent(model::restore);
        announce(runtime, resolved, model, records);
        start
            .adapter()
            .flatMap(adapter -> adapter.doubtAbout(plan.model().modelId()))
            .ifPresent(surroundings.console()::warning);
        var loop =
            new TrainingLoop(
                resolved,
                data.with(resolved.memory()),
                model,
                records,
                new TrainingLoop.Crew(group, surroundings, waiting));
        if (resolved.memory().isTight()) {
          loop.rehearse();
        }
        return new Trained(loop.run(), resolved.memory());
      }
    }
  }

  /** Rank 0 decides for all, so that all lay out the same micro-batches in the same numbers. */
  private ResolvedPlan resolve(TorchRuntime runtime, TrainingData data, StartingModel start) {
    MemoryPlan memory =
        new GroupOrder(group)
            .fromFirst(MemoryPlan.class, () -> decided(runtime, data, start).memory());
    return ResolvedPlan.of(plan, data, memory);
  }

  /**
   * An attempt that goes on keeps the precision it began with, and the memory plan as long as it
   * fits and no smaller micro-batches are asked for: rounding depends on both.
   */
  private ResolvedPlan decided(TorchRuntime runtime, TrainingData data, StartingModel start) {
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

  private TrainingReport finished(Optional<Checkpoint> best, TrainedTask task, Output output) {
    surroundings
        .console()
        .line(
            plan.remoteOutput().isPresent()
                ? "Best checkpoint is finished in the workspace and is to be published to:"
                : "Best checkpoint is stored in:");
    surroundings.console().line(output.location());
    best.stream()
        .flatMapToDouble(checkpoint -> checkpoint.evaluationLoss().stream())
        .flatMap(loss -> task.perplexity(loss).stream())
        .mapToObj(value -> String.format(Locale.ROOT, "With perplexity: %.4f", value))
        .forEach(surroundings.console()::line);
    Progress end = surroundings.progress().progress();
    return plan.remoteOutput().isPresent()
        ? new TrainingReport.Trained(end, output)
        : new TrainingReport.Completed(end, output);
  }

  /** With nothing of this process's own to go on from. */
  private TrainingReport stopped() {
    return new TrainingReport.Stopped(surroundings.progress().progress(), "none");
  }

  private TrainingReport stopped(Checkpoint checkpoint) {
    String name = checkpoint.folder().getFileName().toString();
    surroundings.console().line("Stopped on request; saved as " + name);
    return new TrainingReport.Stopped(surroundings.progress().progress(), name);
  }

  private void announce(
      TorchRuntime runtime, ResolvedPlan resolved, ModelInTraining model, RunRecords records) {
    var console = surroundings.console();
    if (runtime.leavesGpuIdle()) {
      console.warning(
          "this machine shows a GPU, and the trainer computes on the CPU: its libtorch is one for CPUs, or does not fit the driver; use the trainer image for CUDA");
    }
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
