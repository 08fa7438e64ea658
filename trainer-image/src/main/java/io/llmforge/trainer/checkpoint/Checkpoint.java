package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.llmforge.crds.plan.TrainingReport.Saved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

  static final String STATE_FILE = "state.json";
  private static final String TRAINER = "trainer";

  static final Comparator<Checkpoint> OLDEST_FIRST =
      Comparator.comparingLong(checkpoint -> checkpoint.state().step());

  /** Lowest evaluation loss first; those never evaluated last, newest of them first. */
  static final Comparator<Checkpoint> BEST_FIRST =
      Comparator.comparingDouble(
              (Checkpoint checkpoint) ->
                  checkpoint.evaluationLoss().orElse(Double.POSITIVE_INFINITY))
          .thenComparing(OLDEST_FIRST.reversed());

  /**
   * A complete checkpoint that is there.
   *
   * @throws CheckpointFormatException when another release has written it
   */
  public static Checkpoint read(Path folder) throws IOException {
    Path state = folder.resolve(TRAINER).resolve(STATE_FILE);
    try {
      return new Checkpoint(folder, TrainingState.read(Files.readString(state)));
    } catch (JsonProcessingException | NoSuchFileException e) {
      throw new CheckpointFormatException(folder, e);
    }
  }

  /** Folder of the model or adapter in the form it is published in. */
  public Path artifact() {
    return folder.resolve("artifact");
  }

  /** Folder of what only continuing needs. */
  public Path trainer() {
    return folder.resolve(TRAINER);
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
