package io.llmforge.trainer.model;

import io.llmforge.trainer.optim.TrainedTensor;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** All tensors of a decoder: base weights, adapters, and gradient sums of what is trained. */
final class DecoderParameters {

  /** What programs read. */
  private final Map<String, Tensor> weights;

  /** What is trained, where programs read a copy of it. */
  private final Map<String, Tensor> originals = new LinkedHashMap<>();

  private final Map<String, Tensor> gradients = new LinkedHashMap<>();
  private final List<TrainedTensor> trained = new ArrayList<>();
  private final List<ModuleDescription> adapted;
  private final List<TrainedRows> rows = new ArrayList<>();
  private final boolean tied;

  private DecoderParameters(
      Map<String, Tensor> weights, List<ModuleDescription> adapted, boolean tied) {
    this.weights = weights;
    this.adapted = adapted;
    this.tied = tied;
  }

  /** Every base weight is trained. */
  static DecoderParameters full(Map<String, Tensor> base, boolean tied, WeightMemory memory) {
    var parameters = new DecoderParameters(new LinkedHashMap<>(base), List.of(), tied);
    base.forEach((name, weight) -> parameters.train(name, weight, memory));
    return parameters;
  }

  /** The base is frozen, adapters are trained. */
  static DecoderParameters adapted(
      Map<String, Tensor> base,
      boolean tied,
      List<ModuleDescription> targets,
      List<Adapter> adapters,
      WeightMemory memory) {
    var parameters = new DecoderParameters(new LinkedHashMap<>(base), targets, tied);
    for (var adapter : adapters) {
      parameters.weights.put(
          adapter.module() + Adapter.SCALE, memory.scope().floats((float) adapter.scale()));
      for (var initial : List.of(adapter.first(), adapter.second())) {
        parameters.train(initial.name(), memory.trained(initial), memory);
      }
    }
    return parameters;
  }

  /** Trains base weights as they are as well. */
  void trainWhole(List<String> names, WeightMemory memory) {
    names.forEach(name -> train(name, weight(name), memory));
  }

  boolean isTrained(String name) {
    return gradients.containsKey(name);
  }

  /** Trains rows of a frozen matrix as well. */
  void train(List<TrainedRows> added, TensorScope scope) {
    for (var one : added) {
      weights.put(one.module() + "." + TrainedRows.INDICES, one.indices());
      addTrained(new TrainedTensor(one.name(), one.rows(), zerosLike(one.rows(), scope)));
    }
    rows.addAll(added);
  }

  List<TrainedRows> trainedRows() {
    return List.copyOf(rows);
  }

  List<TrainedTensor> trained() {
    return List.copyOf(trained);
  }

  /** As it was trained, or as programs read it where it is frozen. */
  Tensor original(String name) {
    var original = originals.get(name);
    return original == null ? weight(name) : original;
  }

  /** As programs read it. */
  Tensor weight(String name) {
    var weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("no weight is named " + name);
    }
    return weight;
  }

  boolean isAdapted(String module) {
    return adapted.stream().anyMatch(description -> description.name().equals(module));
  }

  List<ModuleDescription> adaptedModules() {
    return adapted;
  }

  ParameterGroup embedding() {
    return ParameterGroup.withPrefix(DecoderNames.EMBEDDING + ".", weights, gradients);
  }

  /** Named as {@code decoder.py} names them. */
  List<ParameterGroup> layers(DecoderDescription decoder) {
    return IntStream.range(0, decoder.layers().size())
        .mapToObj(
            number ->
                ParameterGroup.withPrefix(DecoderNames.layer(number), weights, gradients)
                    .renamed(name -> DecoderNames.inProgram(decoder, number, name)))
        .toList();
  }

  ParameterGroup finalNorm() {
    return ParameterGroup.withPrefix(DecoderNames.FINAL_NORM + ".", weights, gradients);
  }

  /** A tied head reads, and adds its gradient to, the embedding's own tensors. */
  ParameterGroup head(DecoderDescription decoder, TensorScope scope) {
    var head = ParameterGroup.withPrefix(DecoderNames.HEAD + ".", weights, gradients);
    var headWeights = new LinkedHashMap<>(head.weights());
    var headGradients = new LinkedHashMap<>(head.gradients());
    var softCap = decoder.factors().logitSoftCap();
    if (softCap > 0) {
      headWeights.put("soft_cap", scope.floats((float) softCap));
    }
    if (tied) {
      var shared = DecoderNames.weight(DecoderNames.EMBEDDING);
      headWeights.put("weight", weight(shared));
      Optional.ofNullable(gradients.get(shared)).ifPresent(g -> headGradients.put("weight", g));
      share(TrainedRows.INDICES, weights, headWeights);
      share(TrainedRows.ROWS, gradients, headGradients);
    }
    return new ParameterGroup(headWeights, headGradients);
  }

  private static void share(String name, Map<String, Tensor> all, Map<String, Tensor> ofHead) {
    Optional.ofNullable(all.get(DecoderNames.EMBEDDING + "." + name))
        .ifPresent(tensor -> ofHead.put(name, tensor));
  }

  private void train(String name, Tensor value, WeightMemory memory) {
    var computed = memory.computed(name, value);
    weights.put(name, computed);
    originals.put(name, value);
    addTrained(new TrainedTensor(name, value, computed, zerosLike(value, memory.scope())));
  }

  private void addTrained(TrainedTensor tensor) {
    gradients.put(tensor.name(), tensor.gradient());
    trained.add(tensor);
  }

  private static Tensor zerosLike(Tensor tensor, TensorScope scope) {
    return scope.zeros(tensor.shape().stream().mapToLong(Long::longValue).toArray());
  }
}
