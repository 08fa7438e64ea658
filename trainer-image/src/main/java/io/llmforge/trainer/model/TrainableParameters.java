package io.llmforge.trainer.model;

import io.llmforge.trainer.optim.TrainedTensor;
import io.llmforge.trainer.torch.NamedTensor;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What training changes: every weight, or the adapters. Names and order are stable. */
public final class TrainableParameters {

  private final List<TrainedTensor> tensors;

  TrainableParameters(List<TrainedTensor> tensors) {
    this.tensors = List.copyOf(tensors);
  }

  /** For the optimizer. */
  public List<TrainedTensor> tensors() {
    return tensors;
  }

  public long elementCount() {
    return tensors.stream().mapToLong(tensor -> tensor.value().elementCount()).sum();
  }

  /** The values as they are when they are read. */
  public List<NamedTensor> values() {
    return tensors.stream().map(tensor -> tensor.value().named(tensor.name())).toList();
  }

  /** The gradient sums as they are when they are read. */
  public List<NamedTensor> gradients() {
    return tensors.stream().map(tensor -> tensor.gradient().named(tensor.name())).toList();
  }

  /** Overwrites all values with those of the same names, neither more nor fewer. */
  public void restore(List<NamedTensor> values) {
    var byName = values.stream().collect(Collectors.toMap(NamedTensor::name, Function.identity()));
    var names = tensors.stream().map(TrainedTensor::name).collect(Collectors.toSet());
    if (!names.equals(byName.keySet())) {
      var different = new TreeSet<>(names);
      byName.keySet().stream().filter(name -> !different.remove(name)).forEach(different::add);
      throw new ModelFormatException(
          "the values do not belong to these parameters; only one side has "
              + String.join(", ", different));
    }
    for (var tensor : tensors) {
      var value = byName.get(tensor.name());
      if (value != null) {
        tensor.write(value);
      }
    }
  }
}
