package io.llmforge.trainer.recipe;

import io.llmforge.trainer.torch.NamedTensor;
import java.nio.ByteBuffer;
import java.util.zip.Checksum;

/** The bits of weights, for comparing them without sending them. */
final class WeightBits {

  private static final int PIECE = 1 << 20;

  private WeightBits() {}

  /** Adds all elements of a float32 tensor, in pieces. */
  static void add(NamedTensor tensor, Checksum digest) {
    long count = tensor.elementCount();
    for (long first = 0; first < count; first += PIECE) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(PIECE, count - first) * Float.BYTES);
      tensor.data().read(first, bytes.asFloatBuffer());
      digest.update(bytes);
    }
  }
}
