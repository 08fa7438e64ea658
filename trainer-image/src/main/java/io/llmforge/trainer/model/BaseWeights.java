package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.WeightsFolder;
import io.llmforge.trainer.torch.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Loads the weights that a decoder needs and refuses a folder that does not hold exactly those. */
final class BaseWeights {

  /** Tables that old checkpoints store and that follow from the configuration. */
  private static final Pattern DERIVED = Pattern.compile(".*\\.rotary_emb\\.inv_freq");

  private static final int NAMES_IN_A_MESSAGE = 5;

  private BaseWeights() {}

  /**
   * By name. A tied head has no entry of its own.
   *
   * @param isTrained whether a weight, by its name, will be trained as it is
   */
  static Map<String, Tensor> load(
      WeightsFolder files, ModelDesign design, Predicate<String> isTrained, WeightMemory memory) {
    requireComplete(files, design);
    var weights = new LinkedHashMap<String, Tensor>();
    for (var parameter : design.storedParameters()) {
      var source = files.tensors().get(parameter.name());
      if (source == null) {
        throw new IllegalStateException("checked before: " + parameter.name());
      }
      var tensor =
          isTrained.test(parameter.name()) ? memory.trained(source) : memory.frozen(source);
      if (!tensor.isFinite()) {
        throw new ModelFormatException(
            "%s: tensor %s holds values that are not finite"
                .formatted(design.folder(), parameter.name()));
      }
      weights.put(parameter.name(), tensor);
    }
    return weights;
  }

  /** Compares names and shapes of tensors with what the configuration asks for. */
  static void requireComplete(WeightsFolder files, ModelDesign design) {
    var folder = design.folder();
    var tensors = files.tensors();
    var unexpected = new TreeSet<>(tensors.keySet());
    var missing = new TreeSet<String>();
    for (var parameter : design.storedParameters()) {
      unexpected.remove(parameter.name());
      var tensor = tensors.get(parameter.name());
      if (tensor == null) {
        missing.add(parameter.name());
      } else if (!tensor.shape().equals(parameter.shape())) {
        throw new ModelFormatException(
            "%s: tensor %s has shape %s, config.json asks for %s"
                .formatted(folder, parameter.name(), tensor.shape(), parameter.shape()));
      }
    }
    if (design.stored().tiedEmbeddings()) {
      unexpected.remove(DecoderNames.weight(DecoderNames.HEAD));
    }
    unexpected.removeIf(name -> DERIVED.matcher(name).matches());
    refuse(folder, "lacks", missing);
    refuse(folder, "holds, against its config.json,", unexpected);
  }

  private static void refuse(Path folder, String problem, Set<String> names) {
    if (names.isEmpty()) {
      return;
    }
    var shown = names.stream().limit(NAMES_IN_A_MESSAGE).toList();
    var rest = names.size() - shown.size();
    throw new ModelFormatException(
        "%s %s %s%s"
            .formatted(
                folder,
                problem,
                String.join(", ", shown),
                rest > 0 ? " and %d more".formatted(rest) : ""));
  }
}
