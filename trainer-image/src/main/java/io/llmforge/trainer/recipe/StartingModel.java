package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.checkpoint.WeightsFolder;
import io.llmforge.trainer.data.LabelTokens;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.MemoryNeeds;
import io.llmforge.trainer.model.ModelDesign;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.model.StartingWeights;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.model.VocabularyPlan;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model that training starts from, made of the plan and the base's files as often as it is
 * asked for, and every time the same.
 *
 * @param plan the run's plan
 * @param folders where the base model is
 * @param labels tokens that the vocabulary must hold and whose rows are trained
 */
record StartingModel(TrainingPlan plan, ModelSourceFolders folders, LabelTokens labels) {

  CausalLanguageModel load(TorchRuntime runtime, ModelOptions options) {
    return load(runtime, folders.weights(), options);
  }

  /**
   * What the model is going to be, once its files are found complete; no weight is loaded.
   *
   * @throws StorageException when a file cannot be read
   */
  ModelDesign requireComplete() {
    try {
      ModelDesign design = ModelDesign.of(startingWeights(folders.weights()), PlanTuning.of(plan));
      design.requireComplete();
      adapter().ifPresent(ContinuedAdapter::requireReadable);
      return design;
    } catch (UncheckedIOException e) {
      throw StorageException.reading(plan.model().base().text(), e);
    }
  }

  /** Rows can only be read by a model that has all of their tokens. */
  void requireKnown(int largestToken, int vocabularySize) {
    if (largestToken >= vocabularySize) {
      throw new PlanInvalidException(
          "the tokenizer of %s makes token %d, but the model has only %d; tokenizer and weights must belong together"
              .formatted(plan.model().base().text(), largestToken, vocabularySize));
    }
  }

  /** What the model takes in memory while it is trained. */
  MemoryNeeds memoryNeeds(Precision precision) {
    try {
      return MemoryNeeds.of(folders.weights(), PlanTuning.of(plan), precision);
    } catch (UncheckedIOException e) {
      throw StorageException.reading(plan.model().base().text(), e);
    }
  }

  /** The adapter that the run goes on from, if there is one. */
  Optional<ContinuedAdapter> adapter() {
    Location written = plan.model().adapter();
    return written == null
        ? Optional.empty()
        : folders.adapter().map(folder -> new ContinuedAdapter(written.text(), folder));
  }

  /** As the first step finds it: with the adapter that the run goes on from, if there is one. */
  CausalLanguageModel loadToContinue(TorchRuntime runtime, ModelOptions options) {
    CausalLanguageModel model = load(runtime, options);
    try {
      if (PlanTuning.of(plan) instanceof Tuning.Lora lora) {
        adapter().ifPresent(adapter -> adapter.restoreInto(model, lora));
      }
      return model;
    } catch (RuntimeException failure) {
      model.close();
      throw failure;
    }
  }

  /** With the values of an adapter of this run. */
  CausalLanguageModel loadWithAdapter(TorchRuntime runtime, Path adapter, ModelOptions options) {
    CausalLanguageModel model = load(runtime, options);
    try {
      model.trainables().restore(PeftAdapter.readTensors(adapter));
      return model;
    } catch (RuntimeException failure) {
      model.close();
      throw failure;
    }
  }

  /**
   * With the values of an adapter of this run, to be merged. Weights that are stored in bfloat16
   * are held so, which loses nothing: the merged ones are made in float32, one at a time.
   */
  CausalLanguageModel loadToMerge(TorchRuntime runtime, Path adapter) {
    try (var weights = WeightsFolder.open(folders.weights())) {
      var precision =
          weights.elementType() == ElementType.BF16 ? Precision.BFLOAT16 : Precision.FLOAT32;
      return loadWithAdapter(runtime, adapter, ModelOptions.defaults().with(precision));
    }
  }

  /** Other weights of the same model: a new adapter adds nothing to them. */
  CausalLanguageModel load(TorchRuntime runtime, Path weights, ModelOptions options) {
    return CausalLanguageModel.load(
        runtime, startingWeights(weights), PlanTuning.of(plan), plan.seed(), options);
  }

  private StartingWeights startingWeights(Path weights) {
    return new StartingWeights(weights, new VocabularyPlan(labels.vocabularySize(), labels.ids()));
  }
}
