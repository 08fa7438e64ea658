package io.llmforge.trainer.torch;

import static java.util.Objects.requireNonNull;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * A float32 tensor on its way between a model and a file.
 *
 * @param name the name it has in files
 * @param shape sizes of its dimensions, outermost first; empty for a single number
 * @param data where its elements are read from, at the moment they are needed
 */
public record NamedTensor(String name, List<Long> shape, FloatData data) {

  public NamedTensor {
    requireNonNull(name, "name");
    shape = List.copyOf(shape);
    requireNonNull(data, "data");
    if (shape.stream().anyMatch(size -> size < 0)) {
      throw new IllegalArgumentException("tensor " + name + " has a negative size: " + shape);
    }
  }

  /** A tensor whose elements are held in memory. */
  public static NamedTensor of(String name, List<Long> shape, float... elements) {
    var tensor = new NamedTensor(name, shape, FloatData.of(elements));
    if (tensor.elementCount() != elements.length) {
      throw new IllegalArgumentException(
          "tensor %s of shape %s cannot have %d elements".formatted(name, shape, elements.length));
    }
    return tensor;
  }

  public long elementCount() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** All elements; for tensors known to be small. */
  public float[] toFloats() {
    var elements = new float[Math.toIntExact(elementCount())];
    data.read(0, FloatBuffer.wrap(elements));
    return elements;
  }

  public NamedTensor withName(String newName) {
    return new NamedTensor(newName, shape, data);
  }
}
