package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.FloatData;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Data that is computed when it is first read and released when its end was read. */
final class TransientData implements FloatData {

  private final long elementCount;
  private final Supplier<Tensor> computation;
  private final TensorScope scope;
  private Optional<Tensor> computed = Optional.empty();

  TransientData(long elementCount, Supplier<Tensor> computation, TensorScope scope) {
    this.elementCount = elementCount;
    this.computation = computation;
    this.scope = scope;
  }

  @Override
  public void read(long firstElement, FloatBuffer destination) {
    var end = firstElement + destination.remaining();
    var tensor = computed.orElseGet(computation);
    computed = Optional.of(tensor);
    tensor.named("merged").data().read(firstElement, destination);
    if (end == elementCount) {
      scope.release(List.of(tensor));
      computed = Optional.empty();
    }
  }
}
