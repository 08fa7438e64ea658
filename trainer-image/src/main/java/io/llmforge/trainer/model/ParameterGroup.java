package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The parameters that one call of the decoder program works with, named inside the group.
 *
 * @param weights everything the call reads
 * @param gradients the sums of those that are trained
 */
record ParameterGroup(Map<String, Tensor> weights, Map<String, Tensor> gradients) {

  ParameterGroup {
    weights = Map.copyOf(weights);
    gradients = Map.copyOf(gradients);
  }

  /** Those whose full name begins with {@code prefix}, which is cut off. */
  static ParameterGroup withPrefix(
      String prefix, Map<String, Tensor> weights, Map<String, Tensor> gradients) {
    return new ParameterGroup(cut(prefix, weights), cut(prefix, gradients));
  }

  /** With more that the call reads. */
  ParameterGroup withWeights(Map<String, Tensor> more) {
    var all = new LinkedHashMap<>(weights);
    all.putAll(more);
    return new ParameterGroup(all, gradients);
  }

  ParameterGroup renamed(UnaryOperator<String> rename) {
    return new ParameterGroup(renamed(weights, rename), renamed(gradients, rename));
  }

  private static Map<String, Tensor> renamed(
      Map<String, Tensor> tensors, UnaryOperator<String> rename) {
    return tensors.entrySet().stream()
        .collect(Collectors.toMap(entry -> rename.apply(entry.getKey()), Map.Entry::getValue));
  }

  private static Map<String, Tensor> cut(String prefix, Map<String, Tensor> tensors) {
    var cut = new LinkedHashMap<String, Tensor>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            cut.put(name.substring(prefix.length()), tensor);
          }
        });
    return cut;
  }
}
