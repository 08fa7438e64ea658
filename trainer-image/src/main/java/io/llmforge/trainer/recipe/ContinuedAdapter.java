package io.llmforge.trainer.recipe;

import static java.util.Objects.requireNonNull;

import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.torch.NamedTensor;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The adapter that a run goes on from. Its tensors must be those of the run's own adapter, and mean
 * the same: values that were trained at another scale are another function.
 *
 * @param name as its user wrote it
 * @param folder a PEFT adapter
 */
record ContinuedAdapter(String name, Path folder) {

  private static final int NAMES_IN_MESSAGE = 3;

  /**
   * Puts the adapter's values into a new model.
   *
   * @throws PlanInvalidException when they are not what {@code lora_config} makes of the model
   */
  void restoreInto(CausalLanguageModel model, Tuning.Lora lora) {
    AdapterConfig config = config();
    Map<String, NamedTensor> expected = byName(model.trainables().values());
    Map<String, NamedTensor> tensors = byName(PeftAdapter.readTensors(folder));
    addOwnRows(tensors, expected);
    requireSameNames(tensors, expected, config);
    tensors.forEach(
        (key, tensor) -> requireSameShape(tensor, requireNonNull(expected.get(key)), config));
    expected.keySet().stream()
        .filter(ContinuedAdapter::isOfAdapter)
        .forEach(key -> requireSameScale(module(key), config, lora));
    model.trainables().restore(List.copyOf(tensors.values()));
  }

  /** Reads it, as {@link #restoreInto} will. */
  void requireReadable() {
    config();
    PeftAdapter.readTensors(folder);
  }

  private AdapterConfig config() {
    try {
      return PeftAdapter.readConfig(folder);
    } catch (UncheckedIOException e) {
      throw StorageException.reading(name + "/adapter_config.json", e);
    }
  }

  /**
   * A model of the same shape takes the adapter, whatever it was trained on; names are written in
   * too many ways to be sure by them.
   */
  Optional<String> doubtAbout(String modelId) {
    String trainedOn = config().baseModel();
    return trainedOn.isEmpty() || lastPart(trainedOn).equalsIgnoreCase(lastPart(modelId))
        ? Optional.empty()
        : Optional.of(
            "initial adapter %s was trained on '%s', this run starts from '%s'; its values mean little on another model"
                .formatted(name, trainedOn, modelId));
  }

  private static String lastPart(String model) {
    return model.substring(model.lastIndexOf('/') + 1);
  }

  /** An adapter that was trained without labels has no rows for them: they begin as new ones. */
  private static void addOwnRows(
      Map<String, NamedTensor> tensors, Map<String, NamedTensor> expected) {
    expected.values().stream()
        .filter(value -> value.name().endsWith(PeftAdapter.TOKEN_ROWS))
        .forEach(value -> tensors.putIfAbsent(value.name(), value));
  }

  private void requireSameNames(
      Map<String, NamedTensor> tensors, Map<String, NamedTensor> expected, AdapterConfig config) {
    List<String> foreign = modulesOfFirst(tensors, expected);
    List<String> missing = modulesOfFirst(expected, tensors);
    if (!foreign.isEmpty() || !missing.isEmpty()) {
      throw new PlanInvalidException(
          "initial adapter %s is of other modules than this run's: it alone has %s, lora_config alone has %s; give lora_config the adapter's target_modules, %s, and start from the model it was trained on, '%s'"
              .formatted(name, some(foreign), some(missing), written(config), config.baseModel()));
    }
  }

  private void requireSameShape(NamedTensor tensor, NamedTensor expected, AdapterConfig config) {
    if (tensor.shape().equals(expected.shape())) {
      return;
    }
    int rankAt = isFirst(tensor.name()) ? 0 : 1;
    long rank = tensor.shape().get(rankAt);
    if (isOfAdapter(tensor.name()) && rank != expected.shape().get(rankAt)) {
      throw new PlanInvalidException(
          "initial adapter %s has rank %d at %s, lora_config has rank %d; set r to %d"
              .formatted(
                  name, rank, module(tensor.name()), expected.shape().get(rankAt), config.rank()));
    }
    throw new PlanInvalidException(
        "initial adapter %s is of another model: its %s is %s, this model needs %s; start from the model it was trained on, '%s'"
            .formatted(name, tensor.name(), tensor.shape(), expected.shape(), config.baseModel()));
  }

  private void requireSameScale(String module, AdapterConfig config, Tuning.Lora lora) {
    Tuning.Lora trained =
        new Tuning.Lora(
            config.rank(),
            config.alpha(),
            0,
            lora.targets(),
            config.rankStabilised(),
            config.details(),
            lora.initialValues());
    double scale = trained.scaleOf(module);
    if (Math.abs(scale - lora.scaleOf(module)) > 1e-6 * scale) {
      throw new PlanInvalidException(
          "initial adapter %s was trained with scale %s at %s, lora_config has %s; set lora_alpha to %s and use_rslora to %s, as it was trained"
              .formatted(
                  name,
                  scale,
                  module,
                  lora.scaleOf(module),
                  config.alpha(),
                  config.rankStabilised()));
    }
  }

  private static List<String> modulesOfFirst(
      Map<String, NamedTensor> first, Map<String, NamedTensor> second) {
    return first.keySet().stream()
        .filter(key -> !second.containsKey(key))
        .map(ContinuedAdapter::module)
        .distinct()
        .sorted()
        .toList();
  }

  private static String some(List<String> names) {
    if (names.isEmpty()) {
      return "nothing";
    }
    String first = String.join(", ", names.subList(0, Math.min(NAMES_IN_MESSAGE, names.size())));
    return names.size() <= NAMES_IN_MESSAGE
        ? first
        : "%s and %d more".formatted(first, names.size() - NAMES_IN_MESSAGE);
  }

  private static String written(AdapterConfig config) {
    return switch (config.targets()) {
      case AdapterConfig.Targets.Suffixes suffixes -> String.join(", ", suffixes.names());
      case AdapterConfig.Targets.Expression expression -> expression.regularExpression();
    };
  }

  private static boolean isOfAdapter(String tensor) {
    return tensor.contains(".lora_");
  }

  private static boolean isFirst(String tensor) {
    return tensor.contains(".lora_A") || tensor.contains(".lora_embedding_A");
  }

  private static String module(String tensor) {
    return isOfAdapter(tensor) ? tensor.substring(0, tensor.indexOf(".lora_")) : tensor;
  }

  private static Map<String, NamedTensor> byName(List<NamedTensor> tensors) {
    return tensors.stream()
        .collect(
            Collectors.toMap(NamedTensor::name, Function.identity(), (a, b) -> a, TreeMap::new));
  }
}
