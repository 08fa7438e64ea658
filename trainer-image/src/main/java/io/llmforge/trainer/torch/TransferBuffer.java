package io.llmforge.trainer.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory in which elements cross from Java to the device, made once: memory outside the heap is
 * given back late, and a model is many times as large. Belongs to one thread.
 */
final class TransferBuffer {

  /** Elements that cross at once: 4 MiB of float32. */
  static final int ELEMENTS = 1 << 20;

  private final ByteBuffer bytes = ByteBuffer.allocateDirect(ELEMENTS * Float.BYTES);

  /** Room for so many float32; what was in it before is overwritten. */
  ByteBuffer room(int elements) {
    return bytes.slice(0, elements * Float.BYTES).order(ByteOrder.nativeOrder());
  }
}
