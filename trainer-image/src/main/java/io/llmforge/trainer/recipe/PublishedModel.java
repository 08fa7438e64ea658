package io.llmforge.trainer.recipe;

import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.LogitSample;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.model.PackedTokens;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

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

  private static final int ROWS = 16;

  /**
   * Largest difference to the loss that was measured in training. Adapters are stored in float32
   * and agree to rounding; a model stored in bfloat16 loses bits of every weight.
   */
  private static final double TOLERANCE = 0.02;

  void verify(Checkpoint best, TrainingData data) {
    List<TokenRow> rows = rows(best, data);
    List<List<TokenRow>> batches = data.evaluationPacker().pack(rows);
    Optional<LogitSample> unmerged = unmergedLogits(best, rows);
    double loss =
        with(
            this::load,
            model -> {
              unmerged.ifPresent(expected -> requireSameLogits(model, expected));
              return loss(model, batches);
            });
    double expected =
        best.evaluationLoss()
            .orElseGet(() -> with(runtime -> trained(runtime, best), m -> loss(m, batches)));
    if (!(Math.abs(loss - expected) <= TOLERANCE * Math.max(1, expected))) {
      throw new DivergedException(
          "what was written for %s has loss %s where training measured %s; it is not published"
              .formatted(name(), loss, expected),
          null);
    }
  }

  /** A loss hardly sees a merge that went wrong in few places; logits do. */
  private Optional<LogitSample> unmergedLogits(Checkpoint best, List<TokenRow> rows) {
    return switch (PublishedForm.of(start.plan())) {
      case ADAPTER, MODEL -> Optional.empty();
      case MERGED_MODEL -> {
        List<PackedTokens> packed =
            rows.stream()
                .limit(LogitSample.ROWS)
                .map(row -> TrainingData.packed(List.of(row)))
                .toList();
        yield Optional.of(
            with(runtime -> trained(runtime, best), model -> LogitSample.of(model, packed)));
      }
    };
  }

  private void requireSameLogits(CausalLanguageModel merged, LogitSample unmerged) {
    double difference = unmerged.differenceOf(merged);
    double noise = LogitSample.noiseOf(merged.storedType(), options.precision());
    if (!(difference <= noise)) {
      throw new DivergedException(
          "merging the adapter changed logits by %.2e of the largest, and computing in %s and storing %s as %s explains %.2e; it is not published, the last checkpoint holds the adapter"
              .formatted(
                  difference, options.precision().text(), name(), merged.storedType(), noise),
          null);
    }
  }

  private String name() {
    return start.plan().output().location().text();
  }

  /** Those that training evaluated, or else some of those it learned. */
  private static List<TokenRow> rows(Checkpoint best, TrainingData data) {
    return best.evaluationLoss().isPresent()
        ? data.validation().rows()
        : data.train()
            .sequencesOf(IntStream.range(0, Math.min(ROWS, data.train().size())).toArray());
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
