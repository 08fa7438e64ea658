package io.llmforge.trainer.distributed;

import java.nio.ByteBuffer;
import java.util.List;

/** A process that trains alone: sums are what they were, and nobody listens. */
public record GroupOfOne() implements TrainingGroup {

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void sum(ByteBuffer elements) {}

  @Override
  public List<byte[]> exchange(byte[] mine) {
    return List.of(mine);
  }

  @Override
  public void abandon(String reason) {}

  @Override
  public void close() {}
}
