package io.llmforge.trainer.checkpoint;

import io.llmforge.crds.plan.TrainingReport.Saved;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A complete checkpoint on disk.
 *
 * @param folder its folder
 * @param state what it holds besides tensors
 */
public record Checkpoint(Path folder, TrainingState state) {

  static final Comparator<Checkpoint> OLDEST_FIRST =
      Comparator.comparingLong(checkpoint -> checkpoint.state().step());

  /** Lowest evaluation loss first; those never evaluated last, newest of them first. */
  static final Comparator<Checkpoint> BEST_FIRST =
      Comparator.comparingDouble(
              (Checkpoint checkpoint) ->
                  checkpoint.evaluationLoss().orElse(Double.POSITIVE_INFINITY))
          .thenComparing(OLDEST_FIRST.reversed());

  /** Folder of the model or adapter in the form it is published in. */
  public Path artifact() {
    return folder.resolve("artifact");
  }

  /** Folder of what only continuing needs. */
  public Path trainer() {
    return folder.resolve("trainer");
  }

  /**
   * What is told of it.
   *
   * @param seconds how long it took to write, or null when nobody knows
   */
  public Saved saved(@Nullable Double seconds) {
    return new Saved(folder.getFileName().toString(), state.step(), seconds);
  }

  /** The loss of the evaluation at this step, if there was one. */
  public OptionalDouble evaluationLoss() {
    return state.evaluationLossAtStep().map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
  }
}
