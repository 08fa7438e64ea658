package io.llmforge.trainer.recipe;

import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.LogitSample;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Loads what is about to be published, from disk, the way a user would, and looks whether it is the
 * model that was trained.
 *
 * @param start what training started from
 * @param folder the complete folder
 * @param task what the loss is
 * @param options how much memory the model may use
 */
record PublishedModel(StartingModel start, Path folder, TrainedTask task, ModelOptions options) {

  /**
   * Largest difference to the loss that was measured in training. Adapters are stored in float32
   * and agree to rounding; a model stored in bfloat16 loses bits of every weight.
   */
  private static final double TOLERANCE = 0.02;

  /**
   * What the published model must agree with.
   *
   * @param logits of the trained model before its adapter was merged, when it was
   * @param loss of the trained model
   */
  private record Known(Optional<LogitSample> logits, double loss) {}

  void verify(Checkpoint best, TrainingData data) {
    List<TokenRow> rows = rows(best, data);
    List<List<TokenRow>> batches = data.evaluationPacker().pack(rows);
    Known known = known(best, rows, batches);
    double loss =
        with(
            this::load,
            model -> {
              known.logits().ifPresent(unmerged -> requireSameLogits(model, unmerged));
              return loss(model, batches);
            });
    if (!(Math.abs(loss - known.loss()) <= TOLERANCE * Math.max(1, known.loss()))) {
      throw new DivergedException(
          "what was written for %s has loss %s where training measured %s; it is not published"
              .formatted(name(), loss, known.loss()),
          null);
    }
  }

  /** A loss hardly sees a merge that went wrong in few places; logits do. */
  private Known known(Checkpoint best, List<TokenRow> rows, List<List<TokenRow>> batches) {
    boolean isMerged = PublishedForm.of(start.plan()) == PublishedForm.MERGED_MODEL;
    if (!isMerged && best.evaluationLoss().isPresent()) {
      return new Known(Optional.empty(), best.evaluationLoss().getAsDouble());
    }
    return with(
        runtime -> trained(runtime, best),
        model ->
            new Known(
                isMerged ? Optional.of(logits(model, rows)) : Optional.empty(),
                best.evaluationLoss().orElseGet(() -> loss(model, batches))));
  }

  private static LogitSample logits(CausalLanguageModel model, List<TokenRow> rows) {
    return LogitSample.of(
        model,
        rows.stream()
            .limit(LogitSample.ROWS)
            .map(row -> TrainingData.packed(List.of(row)))
            .toList());
  }

  private void requireSameLogits(CausalLanguageModel merged, LogitSample unmerged) {
    double difference = unmerged.differenceOf(merged);
    // Computed in bfloat16, the unmerged logits are rounded like those of a model stored so.
    double noise =
        switch (merged.precision()) {
          case FLOAT32 -> LogitSample.noiseOf(merged.storedType());
          case BFLOAT16 -> LogitSample.noiseOf(ElementType.BF16);
        };
    if (!(difference <= noise)) {
      throw new DivergedException(
          "merging the adapter changed logits by %.2e of the largest, and storing %s as %s explains %.2e; it is not published, the last checkpoint holds the adapter"
              .formatted(difference, name(), merged.storedType(), noise),
          null);
    }
  }

  private String name() {
    return start.plan().output().location().text();
  }

  /** Those that training evaluated, or else some of those it learned. */
  private static List<TokenRow> rows(Checkpoint best, TrainingData data) {
    return best.evaluationLoss().isPresent() ? data.validation().rows() : data.measuredRows();
  }

  private double loss(CausalLanguageModel model, List<List<TokenRow>> batches) {
    return task.evaluate(model, batches, () -> false).orElseThrow().loss();
  }

  private static <T> T with(
      Function<TorchRuntime, CausalLanguageModel> loading, Function<CausalLanguageModel, T> use) {
    try (TorchRuntime runtime = TorchRuntime.start();
        CausalLanguageModel model = loading.apply(runtime)) {
      return use.apply(model);
    }
  }

  private CausalLanguageModel load(TorchRuntime runtime) {
    return switch (PublishedForm.of(start.plan())) {
      case ADAPTER -> start.loadWithAdapter(runtime, folder, options);
      case MODEL, MERGED_MODEL -> start.load(runtime, folder, options);
    };
  }

  private CausalLanguageModel trained(TorchRuntime runtime, Checkpoint checkpoint) {
    return switch (PublishedForm.of(start.plan())) {
      case ADAPTER, MERGED_MODEL -> start.loadWithAdapter(runtime, checkpoint.artifact(), options);
      case MODEL -> start.load(runtime, checkpoint.artifact(), options);
    };
  }
}
