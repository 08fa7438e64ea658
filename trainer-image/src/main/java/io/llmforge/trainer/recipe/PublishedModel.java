package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Loads what is about to be published, from disk, the way a user would, and looks whether it is the
 * model that was trained.
 *
 * @param plan the run's plan
 * @param folder the complete folder
 * @param folders where the base model is
 * @param task what the loss is
 * @param options how much memory the model may use
 */
record PublishedModel(
    TrainingPlan plan,
    Path folder,
    ModelSourceFolders folders,
    TrainedTask task,
    ModelOptions options) {

  private static final int ROWS = 16;

  /**
   * Largest difference to the loss that was measured in training. Adapters are stored in float32
   * and agree to rounding; a model stored in bfloat16 loses bits of every weight.
   */
  private static final double TOLERANCE = 0.02;

  void verify(Checkpoint best, TrainingData data) {
    boolean all = best.evaluationLoss().isPresent();
    List<TokenRow> rows =
        all
            ? data.validation().rows()
            : data.train()
                .sequencesOf(IntStream.range(0, Math.min(ROWS, data.train().size())).toArray());
    double loss = loss(rows, data);
    double expected = best.evaluationLoss().orElse(loss);
    if (!(Math.abs(loss - expected) <= TOLERANCE * Math.max(1, expected))) {
      throw new DivergedException(
          "what was written for %s has loss %s where training measured %s; it is not published"
              .formatted(plan.output().location().text(), loss, expected),
          null);
    }
  }

  private double loss(List<TokenRow> rows, TrainingData data) {
    try (TorchRuntime runtime = TorchRuntime.start();
        CausalLanguageModel model = load(runtime)) {
      return task.evaluate(model, data.evaluationPacker().pack(rows), () -> false)
          .orElseThrow()
          .loss();
    }
  }

  private CausalLanguageModel load(TorchRuntime runtime) {
    var tuning = PlanTuning.of(plan.tuning());
    return switch (plan.tuning()) {
      case Tuning.FullParameter ignored ->
          CausalLanguageModel.load(runtime, folder, tuning, plan.seed(), options);
      case Tuning.Lora ignored -> {
        var model =
            CausalLanguageModel.load(runtime, folders.weights(), tuning, plan.seed(), options);
        model.trainables().restore(PeftAdapter.readTensors(folder));
        yield model;
      }
    };
  }
}
