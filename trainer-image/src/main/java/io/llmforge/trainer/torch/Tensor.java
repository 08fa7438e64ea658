package io.llmforge.trainer.torch;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** An array on the device. A {@link TensorScope} decides how long it lives. */
public final class Tensor {

  private final TorchRuntime runtime;
  private final PtNDArray array;

  Tensor(TorchRuntime runtime, PtNDArray array) {
    this.runtime = runtime;
    this.array = array;
    runtime.liveTensorCount().incrementAndGet();
  }

  public List<Long> shape() {
    return Arrays.stream(array.getShape().getShape()).boxed().toList();
  }

  public long elementCount() {
    return array.getShape().size();
  }

  /** The one element of a tensor of a single number. */
  public double toDouble() {
    if (elementCount() != 1) {
      throw new IllegalStateException("a tensor of shape " + shape() + " is not one number");
    }
    return onHost(Tensor::number);
  }

  /** All elements of a float32 tensor, row-major; for tensors known to be small. */
  public float[] toFloats() {
    return onHost(PtNDArray::toFloatArray);
  }

  /** All elements of an int64 tensor, row-major; for tensors known to be small. */
  public long[] toIntegers() {
    return onHost(PtNDArray::toLongArray);
  }

  /** Whether every element is a number and not infinite. */
  public boolean isFinite() {
    try (var scope = runtime.openScope()) {
      var call = runtime.transfer().call("unfinite").with(this);
      return call.run(scope).getFirst().toDouble() == 0;
    }
  }

  /** A view for files: elements are copied from the device, widened, when they are read. */
  public NamedTensor named(String name) {
    return new NamedTensor(name, shape(), this::read);
  }

  /** Overwrites this contiguous tensor with one of the same shape, rounded if need be. */
  public void write(NamedTensor source) {
    if (!source.shape().equals(shape())) {
      throw new IllegalArgumentException(
          "%s has shape %s, expected %s".formatted(source.name(), source.shape(), shape()));
    }
    write(source.data());
  }

  /** Overwrites the elements from {@code first} on, row-major, with what remains of a buffer. */
  public void write(long first, FloatBuffer elements) {
    var rest = elements.duplicate();
    var next = first;
    while (rest.hasRemaining()) {
      var length = Math.min(TransferBuffer.ELEMENTS, rest.remaining());
      var chunk = runtime.transferBuffer().room(length);
      chunk.asFloatBuffer().put(rest.slice(rest.position(), length));
      writeChunk(next, chunk);
      rest.position(rest.position() + length);
      next += length;
    }
  }

  private void write(FloatData source) {
    var count = elementCount();
    for (long first = 0; first < count; first += TransferBuffer.ELEMENTS) {
      var length = (int) Math.min(TransferBuffer.ELEMENTS, count - first);
      var chunk = runtime.transferBuffer().room(length);
      source.read(first, chunk.asFloatBuffer());
      writeChunk(first, chunk);
    }
  }

  PtNDArray array() {
    return array;
  }

  private static double number(PtNDArray host) {
    return switch (host.getDataType()) {
      case FLOAT32 -> host.toFloatArray()[0];
      case FLOAT64 -> host.toDoubleArray()[0];
      case INT64 -> host.toLongArray()[0];
      default -> throw new IllegalStateException("not a number: " + host.getDataType());
    };
  }

  /** The engine's own way from a device leaves a copy behind at every call. */
  private <T> T onHost(Function<PtNDArray, T> reader) {
    if (runtime.computesOnCpu()) {
      return reader.apply(array);
    }
    try (var scope = runtime.openScope()) {
      return reader.apply(runtime.transfer().call("host").with(this).run(scope).getFirst().array);
    }
  }

  private void writeChunk(long first, ByteBuffer chunk) {
    try (var scope = runtime.openScope()) {
      var part = scope.floats(chunk);
      runtime.transfer().call("write").with(this).with(first).with(part).run();
    }
  }

  private void read(long firstElement, FloatBuffer destination) {
    var first = firstElement;
    while (destination.hasRemaining()) {
      var length = Math.min(TransferBuffer.ELEMENTS, destination.remaining());
      try (var scope = runtime.openScope()) {
        var call = runtime.transfer().call("read").with(this).with(first).with((long) length);
        destination.put(call.run(scope).getFirst().toFloats());
      }
      first += length;
    }
  }

  void close() {
    if (!array.isReleased()) {
      array.close();
      runtime.liveTensorCount().decrementAndGet();
    }
  }
}
