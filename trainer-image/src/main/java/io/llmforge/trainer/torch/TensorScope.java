package io.llmforge.trainer.torch;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Owns tensors and closes those it still owns. Belongs to one thread. */
public final class TensorScope implements AutoCloseable {

  private final TorchRuntime runtime;
  private final Set<Tensor> owned = new LinkedHashSet<>();

  TensorScope(TorchRuntime runtime) {
    this.runtime = runtime;
  }

  /** A float32 tensor of zeros on the device. */
  public Tensor zeros(long... shape) {
    var size = new Shape(shape);
    return adopt(
        NativeFailure.classified(
            () -> (PtNDArray) runtime.manager().zeros(size, DataType.FLOAT32)));
  }

  /** A tensor of zeros on the device. */
  public Tensor zeros(Precision precision, long... shape) {
    return switch (precision) {
      case FLOAT32 -> zeros(shape);
      case BFLOAT16 -> {
        // The engine cannot name the type, so libtorch is asked for it, with an array of the
        // device.
        var neighbour = zeros(1);
        var call = runtime.transfer().call("zeros").with(neighbour).withList(shape);
        var zeros = call.with(precision.scalarType()).run(this).getFirst();
        release(List.of(neighbour));
        yield zeros;
      }
    };
  }

  /** An int64 tensor of one dimension on the device. */
  public Tensor integers(int... elements) {
    var buffer = direct((long) elements.length * Long.BYTES);
    Arrays.stream(elements).forEach(element -> buffer.putLong(element));
    return create(buffer.rewind(), DataType.INT64, elements.length);
  }

  /** A float32 tensor of one dimension on the device. */
  public Tensor floats(float... elements) {
    var buffer = direct((long) elements.length * Float.BYTES);
    buffer.asFloatBuffer().put(elements);
    return floats(buffer);
  }

  /** A float32 tensor of two dimensions on the device; all rows are equally long. */
  public Tensor matrix(float[]... rows) {
    var columns = rows[0].length;
    var buffer = direct((long) rows.length * columns * Float.BYTES);
    var elements = buffer.asFloatBuffer();
    Arrays.stream(rows).forEach(elements::put);
    return adopt(
        NativeFailure.classified(
            () ->
                runtime
                    .manager()
                    .create(buffer, new Shape(rows.length, columns), DataType.FLOAT32)));
  }

  /** A float32 tensor of one dimension that shares a direct buffer's memory where it can. */
  Tensor floats(ByteBuffer buffer) {
    return create(buffer, DataType.FLOAT32, buffer.capacity() / Float.BYTES);
  }

  /** A float32 tensor on the device with the shape and the elements of {@code source}. */
  public Tensor copyOf(NamedTensor source) {
    return copyOf(source, Precision.FLOAT32);
  }

  /** A tensor on the device with the shape and the elements, rounded, of {@code source}. */
  public Tensor copyOf(NamedTensor source, Precision precision) {
    var shape = source.shape().stream().mapToLong(Long::longValue).toArray();
    var tensor = zeros(precision, shape);
    tensor.write(source);
    return tensor;
  }

  /** The elements, rounded, of {@code tensor} in a tensor of its own. */
  public Tensor copyOf(Tensor tensor, Precision precision) {
    var call = runtime.transfer().call("copy").with(tensor).with(precision.scalarType());
    return call.run(this).getFirst();
  }

  /** Hands {@code tensor}, which this scope owns, to {@code other}. */
  public Tensor moveTo(TensorScope other, Tensor tensor) {
    if (!owned.remove(tensor)) {
      throw new IllegalArgumentException("the scope does not own this tensor");
    }
    other.owned.add(tensor);
    return tensor;
  }

  /** Closes {@code tensors}, which this scope owns, before the scope ends. */
  public void release(List<Tensor> tensors) {
    for (var tensor : tensors) {
      if (owned.remove(tensor)) {
        tensor.close();
      }
    }
  }

  Tensor adopt(PtNDArray array) {
    var tensor = new Tensor(runtime, array);
    owned.add(tensor);
    return tensor;
  }

  private Tensor create(ByteBuffer elements, DataType type, long size) {
    return adopt(
        NativeFailure.classified(() -> runtime.manager().create(elements, new Shape(size), type)));
  }

  private static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    owned.forEach(Tensor::close);
    owned.clear();
  }
}
