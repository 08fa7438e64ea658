package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Tensor;
import java.util.List;

/**
 * A packed row on the device.
 *
 * @param tokens what it was made of
 * @param tokenIds [T]
 * @param boundaries [segments + 1], int32: where each segment begins, and T
 * @param angles of each of the decoder's rotary positions
 * @param dropout of the adapters
 */
record Row(
    PackedTokens tokens,
    Tensor tokenIds,
    Tensor boundaries,
    List<Angles> angles,
    RowDropout dropout) {

  Row {
    angles = List.copyOf(angles);
  }

  /**
   * Rotary angles, restarting with every segment.
   *
   * @param cosines [T, 1, rotated dimensions / 2]
   * @param sines [T, 1, rotated dimensions / 2]
   */
  record Angles(Tensor cosines, Tensor sines) {}
}
