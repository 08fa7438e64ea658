package io.llmforge.trainer.torch;

import java.nio.FloatBuffer;

/**
 * The elements of a tensor in row-major order, readable in pieces so that no copy is ever whole.
 */
@FunctionalInterface
public interface FloatData {

  /** Fills what remains of {@code destination} with the elements from {@code firstElement} on. */
  void read(long firstElement, FloatBuffer destination);

  /** Data held in memory. */
  static FloatData of(float... elements) {
    var copy = elements.clone();
    return (firstElement, destination) ->
        destination.put(copy, Math.toIntExact(firstElement), destination.remaining());
  }
}
