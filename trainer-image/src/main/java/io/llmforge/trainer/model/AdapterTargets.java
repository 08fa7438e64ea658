package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.AdapterDetails;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the modules that LoRA targets name, by PEFT's rules. */
final class AdapterTargets {

  private static final String FUSED = "qkv_proj";
  private static final List<String> SEPARATE = List.of("q_proj", "v_proj");

  private final List<ModuleDescription> adaptable;

  AdapterTargets(List<ModuleDescription> modules) {
    this.adaptable = modules.stream().filter(ModuleDescription::isAdaptable).toList();
  }

  /**
   * The modules that get an adapter, in the order of the decoder; never empty. A module that is
   * trained whole gets none.
   */
  List<ModuleDescription> resolve(Tuning.Lora lora) {
    var selection = lora.details().selection();
    if (!selection.layers().isEmpty() && lora.targets() instanceof Tuning.LoraTargets.Pattern) {
      throw new AdapterTargetException(
          "layers_to_transform has no meaning beside a regular expression of targets; let the expression say which layers");
    }
    var targeted = resolve(lora.targets());
    var left =
        targeted.stream()
            .filter(module -> !isExcluded(module, selection.excluded()))
            .filter(module -> isInLayers(module, selection.layers()))
            .filter(module -> !TrainedWhole.isNamed(module, lora.details().extras().modules()))
            .toList();
    if (left.isEmpty()) {
      throw new AdapterTargetException(
          "exclude_modules, layers_to_transform and modules_to_save leave none of the %d LoRA targets"
              .formatted(targeted.size()));
    }
    requireOverridesUsed(left, lora.details().overrides());
    return left;
  }

  /** The targeted modules, in the order of the decoder; never empty. */
  List<ModuleDescription> resolve(Tuning.LoraTargets targets) {
    return switch (targets) {
      case Tuning.LoraTargets.Names names -> byNames(names.names());
      case Tuning.LoraTargets.Pattern pattern -> byPattern(pattern.regularExpression());
      case Tuning.LoraTargets.AllLinear all ->
          adaptable.stream()
              .filter(module -> module instanceof ModuleDescription.Linear)
              .filter(module -> !module.name().equals(DecoderNames.HEAD))
              .toList();
      case Tuning.LoraTargets.FamilyDefault family ->
          byNames(suffixes(adaptable).contains(FUSED) ? List.of(FUSED) : SEPARATE);
    };
  }

  /** The last parts of module names, which is how people and PEFT name targets. */
  static List<String> suffixes(List<ModuleDescription> modules) {
    return modules.stream()
        .map(module -> module.name().substring(module.name().lastIndexOf('.') + 1))
        .distinct()
        .sorted()
        .toList();
  }

  private List<ModuleDescription> byNames(List<String> names) {
    for (var name : names) {
      if (adaptable.stream().noneMatch(module -> isNamed(module, name))) {
        throw nothingMatches("the LoRA target '%s' names no module".formatted(name));
      }
    }
    return adaptable.stream()
        .filter(module -> names.stream().anyMatch(name -> isNamed(module, name)))
        .toList();
  }

  private List<ModuleDescription> byPattern(String regularExpression) {
    var pattern = compiled(regularExpression);
    var matching =
        adaptable.stream().filter(module -> pattern.matcher(module.name()).matches()).toList();
    if (matching.isEmpty()) {
      throw nothingMatches(
          "the LoRA target pattern '%s' matches no module".formatted(regularExpression));
    }
    return matching;
  }

  private static boolean isExcluded(ModuleDescription module, AdapterConfig.Targets excluded) {
    return switch (excluded) {
      case AdapterConfig.Targets.Suffixes suffixes ->
          suffixes.names().stream().anyMatch(name -> isNamed(module, name));
      case AdapterConfig.Targets.Expression expression ->
          compiled(expression.regularExpression()).matcher(module.name()).matches();
    };
  }

  private static boolean isInLayers(ModuleDescription module, List<Integer> layers) {
    return layers.isEmpty()
        || layers.stream().anyMatch(n -> module.name().startsWith(DecoderNames.layer(n)));
  }

  /** A key that no module bears is a typing error, and would train with another rank unseen. */
  private static void requireOverridesUsed(
      List<ModuleDescription> adapted, AdapterDetails.Overrides overrides) {
    Stream.concat(overrides.ranks().keySet().stream(), overrides.alphas().keySet().stream())
        .forEach(AdapterTargets::compiled);
    var unused = overrides.unused(adapted.stream().map(ModuleDescription::name).toList());
    if (!unused.isEmpty()) {
      throw new AdapterTargetException(
          "rank_pattern or alpha_pattern names '%s', which is no module with an adapter; write the end of such a name"
              .formatted(String.join("', '", unused)));
    }
  }

  private static Pattern compiled(String regularExpression) {
    try {
      return Pattern.compile(regularExpression);
    } catch (PatternSyntaxException malformed) {
      throw new AdapterTargetException(
          "the LoRA target '%s' is not a regular expression: %s"
              .formatted(regularExpression, malformed.getDescription()));
    }
  }

  private static boolean isNamed(ModuleDescription module, String name) {
    return module.name().equals(name) || module.name().endsWith("." + name);
  }

  private AdapterTargetException nothingMatches(String problem) {
    var names =
        adaptable.stream()
            .map(module -> module.name().replaceFirst("\\.\\d+\\.", ".N."))
            .collect(Collectors.toCollection(TreeSet::new));
    return new AdapterTargetException(
        "%s of this model; it has %s".formatted(problem, String.join(", ", names)));
  }
}
