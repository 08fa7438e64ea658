package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.AdapterDetails;
import io.llmforge.trainer.checkpoint.AdapterDetails.Bias;
import java.util.List;
import java.util.stream.Stream;

/** Finds the base weights that a LoRA run trains as they are, by PEFT's rules. */
final class TrainedWhole {

  private static final String BIAS = ".bias";

  private final List<ModuleDescription> modules;
  private final boolean tied;

  TrainedWhole(List<ModuleDescription> modules, boolean tied) {
    this.modules = modules;
    this.tied = tied;
  }

  /** Whether {@code modules_to_save} means it: PEFT compares ends of names, not parts. */
  static boolean isNamed(ModuleDescription module, List<String> names) {
    return names.stream().anyMatch(module.name()::endsWith);
  }

  /** Names of the weights, in the order of the decoder. */
  List<String> resolve(List<ModuleDescription> adapted, AdapterDetails.Extras extras) {
    extras.modules().forEach(this::requireModule);
    var saved =
        modules.stream()
            .filter(module -> isNamed(module, extras.modules()))
            .flatMap(TrainedWhole::parameters);
    var biases = biased(adapted, extras.bias()).flatMap(TrainedWhole::parameters);
    return Stream.concat(saved, biases.filter(name -> name.endsWith(BIAS))).distinct().toList();
  }

  private Stream<ModuleDescription> biased(List<ModuleDescription> adapted, Bias bias) {
    return switch (bias) {
      case NONE -> Stream.empty();
      case ALL -> modules.stream();
      case LORA_ONLY -> adapted.stream();
    };
  }

  private void requireModule(String name) {
    var found = modules.stream().filter(module -> module.name().endsWith(name)).toList();
    if (found.isEmpty()) {
      throw new AdapterTargetException(
          "modules_to_save names '%s', which is no module of this model with weights; write one such as lm_head, norm or up_proj"
              .formatted(name));
    }
    for (var module : found) {
      requireTrainable(name, module);
    }
  }

  private void requireTrainable(String name, ModuleDescription module) {
    var isEnd =
        module.name().equals(DecoderNames.EMBEDDING) || module.name().equals(DecoderNames.HEAD);
    if (tied && isEnd) {
      throw new AdapterTargetException(
          "modules_to_save names '%s', but embedding and output head are one matrix in this model; make it a LoRA target instead"
              .formatted(name));
    }
    if (module instanceof ModuleDescription.Routed) {
      throw new AdapterTargetException(
          "modules_to_save names '%s', a part of experts, which PEFT cannot save alone; take it out"
              .formatted(name));
    }
  }

  private static Stream<String> parameters(ModuleDescription module) {
    return module.parameters().stream().map(ModuleDescription.Parameter::name);
  }
}
