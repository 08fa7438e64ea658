package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.OptimizerPlan;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.checkpoint.SafetensorsWriter;
import io.llmforge.trainer.checkpoint.TensorFileException;
import io.llmforge.trainer.data.RowPacker;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/** The model and its optimizer: what a step changes, and what a checkpoint holds. */
final class ModelInTraining implements AutoCloseable {

  private static final String WEIGHTS_FILE = "weights.safetensors";

  /** Key of the metadata that say in what numbers the model computed. */
  private static final String PRECISION = "computes_in";

  private static final String OPTIMIZER_FILE = "optimizer.safetensors";

  /**
   * Gradients of one step, not yet used.
   *
   * @param measured the step's loss and what was measured with it
   * @param norm global gradient norm before clipping
   */
  record Gradients(TrainedTask.Measured measured, double norm) {}

  private final TrainingPlan plan;
  private final Tuning tuning;
  private final CausalLanguageModel model;
  private final AdamW optimizer;
  private final TrainedTask task;

  private ModelInTraining(
      TrainingPlan plan, TrainedTask task, CausalLanguageModel model, AdamW optimizer) {
    this.plan = plan;
    this.tuning = PlanTuning.of(plan);
    this.task = task;
    this.model = model;
    this.optimizer = optimizer;
  }

  static ModelInTraining load(
      TorchRuntime runtime, StartingModel start, TrainedTask task, ModelOptions options) {
    TrainingPlan plan = start.plan();
    Tuning tuning = PlanTuning.of(plan);
    CausalLanguageModel model = start.load(runtime, options);
    start.adapter().ifPresent(adapter -> continueAdapter(model, tuning, adapter));
    OptimizerPlan settings = plan.optimizer();
    AdamW optimizer =
        new AdamW(
            runtime,
            model.trainables().tensors(),
            AdamW.Settings.withWeightDecay(settings.weightDecay()));
    return new ModelInTraining(plan, task, model, optimizer);
  }

  int vocabularySize() {
    return model.vocabularySize();
  }

  long trainedParameters() {
    return model.trainables().elementCount();
  }

  /** Whether all is there that a step or an evaluation of these rows needs. */
  boolean isPrepared(Supplier<List<TokenRow>> sequences) {
    return task.isPrepared(sequences);
  }

  /** Takes the memory of a step, whose gradients mean nothing. */
  Tally rehearse(StepShare share) {
    return task.rehearse(model, share);
  }

  /** Looks whether what was prepared for the rows fits the model, before the first step. */
  void requireFitting(List<TokenRow> sequences) {
    task.requireFitting(model, sequences);
  }

  /** Of a mean loss, where the task's loss is a cross entropy. */
  OptionalDouble perplexity(double loss) {
    return task.perplexity(loss);
  }

  /** What a model that knows nothing would lose at this task. */
  OptionalDouble lossOfGuessing() {
    return task.lossOfGuessing(model.vocabularySize());
  }

  /** Goes on with other budgets of memory. */
  void use(ModelOptions options) {
    model.use(options);
  }

  /** Adds this rank's part of the gradient of the mean loss over all rows of the step. */
  Tally accumulate(StepShare share) {
    return task.accumulate(model, share);
  }

  /** Sums over all ranks; the gradients are clipped. */
  Gradients combine(StepShare share, Tally mine, TrainingGroup group) {
    if (group.size() > 1) {
      optimizer.changeGradients(group::sum);
    }
    List<Tally> ofRanks = group.exchange(mine.bytes()).stream().map(Tally::ofBytes).toList();
    double norm = optimizer.clipGradients(plan.optimizer().maximumGradientNorm());
    return new Gradients(task.measured(share, ofRanks), norm);
  }

  void step(double learningRate) {
    optimizer.step(learningRate);
  }

  void clearGradients() {
    optimizer.clearGradients();
  }

  /** The mean loss over all rows; nothing when cancelled in between. */
  Optional<TrainedTask.Measured> evaluate(
      List<TokenRow> rows, RowPacker packer, BooleanSupplier cancelled) {
    return task.evaluate(model, packer.pack(rows), cancelled);
  }

  /** Runs micro-batches through the model; nothing when cancelled in between. */
  Optional<Tally> count(List<List<TokenRow>> microBatches, BooleanSupplier cancelled) {
    return task.count(model, microBatches, cancelled);
  }

  /** The mean loss over the rows of all ranks. */
  TrainedTask.Measured evaluated(List<Tally> ofRanks) {
    return task.evaluated(ofRanks);
  }

  /** The bits of everything that is trained, in short: CRC-32C. */
  long digest() {
    var digest = new CRC32C();
    for (NamedTensor tensor : model.trainables().values()) {
      WeightBits.add(tensor, digest);
    }
    return digest.getValue();
  }

  /** Writes what {@link #restore} reads, and the model or adapter as it would be published. */
  void save(Path artifact, Path trainer) {
    try {
      switch (tuning) {
        case Tuning.FullParameter ignored -> model.writeModel(artifact, model.storedType());
        case Tuning.Lora ignored -> model.writeAdapter(artifact, plan.model().modelId());
      }
      SafetensorsWriter.write(
          trainer.resolve(WEIGHTS_FILE),
          model.trainables().values(),
          ElementType.F32,
          Map.of(PRECISION, model.precision().text()));
      SafetensorsWriter.write(
          trainer.resolve(OPTIMIZER_FILE), optimizer.state(), ElementType.F32, Map.of());
    } catch (TensorFileException e) {
      throw new DivergedException(
          "weights are no longer finite (%s); lower learning_rate".formatted(e.getMessage()), e);
    }
  }

  /**
   * Goes on from a checkpoint.
   *
   * @throws PlanInvalidException when the checkpoint's run computed in another precision
   */
  void restore(Checkpoint checkpoint) {
    try (var weights = SafetensorsFile.open(checkpoint.trainer().resolve(WEIGHTS_FILE));
        var state = SafetensorsFile.open(checkpoint.trainer().resolve(OPTIMIZER_FILE))) {
      requireSamePrecision(checkpoint, weights.metadata());
      model.trainables().restore(weights.tensors());
      optimizer.restore(state.tensors());
    }
  }

  /** Two halves of a run in different numbers would be no run that anyone could repeat. */
  private void requireSamePrecision(Checkpoint checkpoint, Map<String, String> metadata) {
    String now = model.precision().text();
    String then = metadata.getOrDefault(PRECISION, now);
    if (!then.equals(now)) {
      throw new PlanInvalidException(
          "%s was computed in %s, this attempt computes in %s; go on where the run began, or name the precision and start a new run"
              .formatted(checkpoint.folder().getFileName(), then, now));
    }
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }

  private static void continueAdapter(
      CausalLanguageModel model, Tuning tuning, ContinuedAdapter adapter) {
    switch (tuning) {
      case Tuning.FullParameter ignored ->
          throw new PlanInvalidException(
              "initial_adapter_model_ckpt_path needs a lora_config: a full-parameter run has no"
                  + " adapter to continue");
      case Tuning.Lora lora -> adapter.restoreInto(model, lora);
    }
  }
}
