package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.distributed.TrainingGroup;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * An evaluation by all ranks: micro-batch i is rank i mod world's. A rank that is asked to stop in
 * between says nothing, and then nobody has a result.
 */
record GroupEvaluation(TrainingGroup group, ModelInTraining model) {

  private static final byte[] NOTHING = {};

  /** This rank's rows; nothing when it was asked to stop. */
  Optional<Tally> count(TrainingData data, BooleanSupplier cancelled) {
    List<List<TokenRow>> all = data.evaluationPacker().pack(data.validation().rows());
    List<List<TokenRow>> mine =
        IntStream.range(0, all.size())
            .filter(number -> number % group.size() == group.rank())
            .mapToObj(all::get)
            .toList();
    return model.count(mine, cancelled);
  }

  /** What all ranks came to; nothing when one of them was asked to stop. */
  Optional<TrainedTask.Measured> together(Optional<Tally> mine) {
    List<byte[]> said = group.exchange(mine.map(Tally::bytes).orElse(NOTHING));
    if (said.stream().anyMatch(bytes -> bytes.length == 0)) {
      return Optional.empty();
    }
    return Optional.of(model.evaluated(said.stream().map(Tally::ofBytes).toList()));
  }
}
