package io.llmforge.trainer.model;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** Finds the modules that LoRA targets name, by PEFT's rules. */
final class AdapterTargets {

  private final List<ModuleDescription> adaptable;

  AdapterTargets(List<ModuleDescription> modules) {
    this.adaptable = modules.stream().filter(ModuleDescription::isAdaptable).toList();
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
    try {
      var pattern = Pattern.compile(regularExpression);
      var matching =
          adaptable.stream().filter(module -> pattern.matcher(module.name()).matches()).toList();
      if (matching.isEmpty()) {
        throw nothingMatches(
            "the LoRA target pattern '%s' matches no module".formatted(regularExpression));
      }
      return matching;
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
