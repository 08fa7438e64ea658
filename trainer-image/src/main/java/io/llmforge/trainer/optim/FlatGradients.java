package io.llmforge.trainer.optim;

import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All gradients as few flat buffers in host memory, one after the other: little-endian float32, in
 * the order of the parameters. Small tensors share a buffer, a large one is shown in pieces.
 */
final class FlatGradients {

  /** Elements of the largest buffer: 32 MiB. */
  static final int MOST_ELEMENTS = 1 << 23;

  private final TorchRuntime runtime;
  private final TorchProgram program;
  private final List<List<Tensor>> buckets = new ArrayList<>();
  private final int mostElements;

  /** Made when it is needed first, and kept: memory outside the heap is given back late. */
  private @Nullable ByteBuffer buffer;

  FlatGradients(TorchRuntime runtime, TorchProgram program, List<Tensor> gradients) {
    this(runtime, program, gradients, MOST_ELEMENTS);
  }

  FlatGradients(
      TorchRuntime runtime, TorchProgram program, List<Tensor> gradients, int mostElements) {
    this.runtime = runtime;
    this.program = program;
    this.mostElements = mostElements;
    long room = 0;
    for (Tensor gradient : gradients) {
      if (gradient.elementCount() > room) {
        buckets.add(new ArrayList<>());
        room = mostElements;
      }
      buckets.getLast().add(gradient);
      room -= gradient.elementCount();
    }
  }

  /** Shows every buffer to someone who changes it, and takes over what it holds then. */
  void change(Consumer<ByteBuffer> change) {
    ByteBuffer shown = buffer == null ? allocated() : buffer;
    buffer = shown;
    for (List<Tensor> bucket : buckets) {
      if (elements(bucket) <= mostElements) {
        changeTogether(bucket, shown, change);
      } else {
        bucket.forEach(tensor -> changeInPieces(tensor, shown, change));
      }
    }
  }

  private ByteBuffer allocated() {
    long largest = buckets.stream().mapToLong(FlatGradients::elements).max().orElse(0);
    return ByteBuffer.allocateDirect((int) Math.min(largest, mostElements) * Float.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private void changeTogether(List<Tensor> bucket, ByteBuffer shown, Consumer<ByteBuffer> change) {
    try (var scope = runtime.openScope()) {
      float[] elements = program.call("flat").with(bucket).run(scope).getFirst().toFloats();
      shown.limit(elements.length * Float.BYTES);
      shown.asFloatBuffer().put(elements);
      change.accept(shown);
      shown.asFloatBuffer().get(elements);
      program.call("unflat").with(bucket).with(scope.floats(elements)).run();
    }
  }

  private void changeInPieces(Tensor tensor, ByteBuffer shown, Consumer<ByteBuffer> change) {
    NamedTensor source = tensor.named("gradient");
    long count = tensor.elementCount();
    for (long first = 0; first < count; first += mostElements) {
      shown.limit((int) Math.min(mostElements, count - first) * Float.BYTES);
      FloatBuffer piece = shown.asFloatBuffer();
      source.data().read(first, piece.duplicate());
      change.accept(shown);
      tensor.write(first, piece);
    }
  }

  private static long elements(List<Tensor> bucket) {
    return bucket.stream().mapToLong(Tensor::elementCount).sum();
  }
}
