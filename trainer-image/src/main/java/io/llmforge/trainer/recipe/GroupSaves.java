package io.llmforge.trainer.recipe;

import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.TrainingState;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Checkpoints of a group: rank 0 writes them, and the others wait until it has. All of them then
 * compare their weights. They are the same bits as long as all ranks compute on processors of one
 * kind; a rank that drifted away goes on from what was saved, as the next attempt would.
 *
 * @param group the ranks
 * @param records where rank 0 writes
 * @param model what is saved
 * @param console is told of ranks that drifted
 */
record GroupSaves(
    TrainingGroup group, RunRecords records, ModelInTraining model, ConsoleProgress console) {

  /**
   * Saves.
   *
   * @param state made of the length of the metrics file on disk, which only rank 0 has
   */
  Checkpoint save(LongFunction<TrainingState> state) {
    return group.size() == 1 ? written(state) : together(state);
  }

  private Checkpoint written(LongFunction<TrainingState> state) {
    TrainingState now = state.apply(0);
    try {
      long offset = records.files().orElseThrow().flushed();
      return records.checkpoints().orElseThrow().save(state.apply(offset), model::save);
    } catch (IOException e) {
      throw StorageException.writing("the checkpoint of step " + now.step(), e);
    } catch (UncheckedIOException e) {
      throw StorageException.writing("the checkpoint of step " + now.step(), e);
    }
  }

  private Checkpoint together(LongFunction<TrainingState> state) {
    long digest = model.digest();
    Checkpoint saved =
        group.isFirst()
            ? written(state)
            : new Checkpoint(records.folder().resolve("unknown"), state.apply(0));
    List<byte[]> said = group.exchange(said(digest, saved));
    Checkpoint common = group.isFirst() ? saved : new Checkpoint(folder(said), saved.state());
    for (int rank = 1; rank < said.size(); rank++) {
      if (digest(said.get(rank)) != digest(said.getFirst())) {
        console.warning(
            "after step %d the weights of rank %d are not those of rank 0; it goes on from %s. Pods of one run should be on nodes with processors of one kind"
                .formatted(common.state().step(), rank, common.folder().getFileName()));
        if (rank == group.rank()) {
          model.restore(common);
        }
      }
    }
    return common;
  }

  private Path folder(List<byte[]> said) {
    byte[] first = said.getFirst();
    String name = new String(first, Long.BYTES, first.length - Long.BYTES, StandardCharsets.UTF_8);
    return records.folder().resolve(name);
  }

  private static byte[] said(long digest, Checkpoint checkpoint) {
    byte[] name = checkpoint.folder().getFileName().toString().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + name.length).putLong(digest).put(name).array();
  }

  private static long digest(byte[] said) {
    return ByteBuffer.wrap(said).getLong();
  }
}
