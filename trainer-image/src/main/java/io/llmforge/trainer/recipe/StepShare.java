package io.llmforge.trainer.recipe;

import io.llmforge.trainer.data.RowPacker;
import io.llmforge.trainer.data.RowParts;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.model.DropoutKey;
import java.util.ArrayList;
import java.util.List;

/**
 * What one rank has of an optimizer step: the micro-batches of some of its parts. There are as many
 * parts as devices, part p is rank p mod world's, and micro-batches are numbered through the whole
 * step, so neither losses nor dropout depend on how many processes make it.
 *
 * @param key which step
 * @param microBatches this rank's
 * @param targets of the whole step
 * @param sequences of the whole step
 */
record StepShare(StepKey key, List<MicroBatch> microBatches, long targets, int sequences) {

  StepShare {
    microBatches = List.copyOf(microBatches);
  }

  /**
   * Which optimizer step it is, for everything that is drawn at random in it.
   *
   * @param seed of the run
   * @param step counted from 0
   */
  record StepKey(long seed, long step) {}

  /**
   * Packed rows.
   *
   * @param number in the whole step
   */
  record MicroBatch(int number, List<TokenRow> rows) {}

  /** The share of {@code group}'s rank in the rows of a step. */
  static StepShare of(
      StepKey key, List<TokenRow> rows, RowPacker packer, RowParts parts, TrainingGroup group) {
    List<MicroBatch> mine = new ArrayList<>();
    List<List<TokenRow>> dealt = parts.of(rows);
    int number = 0;
    for (int part = 0; part < dealt.size(); part++) {
      for (List<TokenRow> batch : packer.pack(dealt.get(part))) {
        if (part % group.size() == group.rank()) {
          mine.add(new MicroBatch(number, batch));
        }
        number++;
      }
    }
    long targets = rows.stream().mapToLong(TokenRow::targets).sum();
    return new StepShare(key, mine, targets, rows.size());
  }

  DropoutKey dropout(MicroBatch batch) {
    return new DropoutKey(key.seed(), key.step(), batch.number());
  }
}
