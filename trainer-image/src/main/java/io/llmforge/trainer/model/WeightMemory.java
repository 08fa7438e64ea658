package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;

/**
 * Where the weights of a model lie, and in what numbers it computes with them. What is trained is
 * float32 beside that, since steps are smaller than what a bfloat16 can tell apart.
 *
 * @param scope owns all tensors
 * @param precision of what is computed with, but for the factors of norms
 */
record WeightMemory(TensorScope scope, Precision precision) {

  /** To be computed with alone. */
  Tensor frozen(NamedTensor weight) {
    return scope.copyOf(weight, isOfNorm(weight) ? Precision.FLOAT32 : precision);
  }

  /** To be trained. */
  Tensor trained(NamedTensor weight) {
    return scope.copyOf(weight);
  }

  /** What is computed with while {@code value}, float32, is trained: itself or its copy. */
  Tensor computed(String name, Tensor value) {
    return precision == Precision.FLOAT32 || isOfNorm(value.named(name))
        ? value
        : scope.copyOf(value, precision);
  }

  /** Norms compute in float32 inside; their factors are the only vectors besides biases. */
  private static boolean isOfNorm(NamedTensor weight) {
    return weight.shape().size() == 1 && !weight.name().endsWith(".bias");
  }
}
