package io.llmforge.trainer.distributed;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The processes that train together. All of them call the same collectives in the same order; a
 * call that differs ends the group with an error that names both calls. Belongs to one thread.
 */
public interface TrainingGroup extends AutoCloseable {

  /** Number of this process, from 0. */
  int rank();

  /** How many processes there are. */
  int size();

  /**
   * Replaces the float32 elements of a buffer, from its beginning to its limit and in little-endian
   * order, by their sums over all ranks. The order of additions depends on {@link #size} alone, and
   * every rank gets the same bits.
   *
   * @throws CommunicationException when a rank is lost, waits for something else, or has another
   *     number of elements
   */
  void sum(ByteBuffer elements);

  /**
   * What every rank has to say, by rank.
   *
   * @throws CommunicationException when a rank is lost or waits for something else
   */
  List<byte[]> exchange(byte[] mine);

  /** What rank 0 has to say; the others' is not sent. */
  default byte[] broadcast(byte[] mine) {
    return exchange(rank() == 0 ? mine : new byte[0]).getFirst();
  }

  /** Waits until all ranks are here. */
  default void meet() {
    exchange(new byte[0]);
  }

  /** Whether this process writes what the group has in common. */
  default boolean isFirst() {
    return rank() == 0;
  }

  /** Tells the others that this rank cannot go on, and why; they fail with these words. */
  void abandon(String reason);

  /** Leaves; the others may have left before. */
  @Override
  void close();
}
