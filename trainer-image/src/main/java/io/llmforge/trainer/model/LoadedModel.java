package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.WeightsFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A model as it was read.
 *
 * @param folder where from
 * @param description what {@code config.json} says
 * @param modules all that have weights
 * @param parameters their tensors, and adapters
 * @param tuning which of them are trained
 * @param storedType what most weights are stored in
 */
record LoadedModel(
    Path folder,
    DecoderDescription description,
    List<ModuleDescription> modules,
    DecoderParameters parameters,
    Tuning tuning,
    ElementType storedType) {

  static LoadedModel read(
      StartingWeights source,
      Vocabulary vocabulary,
      Tuning tuning,
      long seed,
      WeightMemory memory) {
    var folder = source.folder();
    var stored = DecoderDescriptionReader.read(folder);
    var description = vocabulary.of(stored);
    var modules = ModuleDescription.of(description);
    var adapted = adaptedModules(modules, tuning);
    var tied = description.tiedEmbeddings();
    var whole = trainedWhole(modules, adapted, tuning, tied);
    try (var files = WeightsFolder.open(folder)) {
      var read = BaseWeights.load(folder, files, stored, Set.copyOf(whole)::contains, memory);
      var base = vocabulary.grown(read, stored, memory.scope());
      var parameters =
          switch (tuning) {
            case Tuning.FullParameter full -> DecoderParameters.full(base, tied, memory);
            case Tuning.Lora lora -> {
              var adapters =
                  adapted.stream().map(module -> Adapter.initial(module, lora, seed)).toList();
              var frozen = DecoderParameters.adapted(base, tied, adapted, adapters, memory);
              frozen.trainWhole(whole, memory);
              frozen.train(vocabulary.trained(frozen, description, memory.scope()), memory.scope());
              yield frozen;
            }
          };
      return new LoadedModel(folder, description, modules, parameters, tuning, files.elementType());
    }
  }

  /** Base weights that are trained as they are, by name. */
  private static List<String> trainedWhole(
      List<ModuleDescription> modules,
      List<ModuleDescription> adapted,
      Tuning tuning,
      boolean tied) {
    return switch (tuning) {
      case Tuning.FullParameter full ->
          modules.stream()
              .flatMap(module -> module.parameters().stream())
              .map(ModuleDescription.Parameter::name)
              .toList();
      case Tuning.Lora lora ->
          new TrainedWhole(modules, tied).resolve(adapted, lora.details().extras());
    };
  }

  private static List<ModuleDescription> adaptedModules(
      List<ModuleDescription> modules, Tuning tuning) {
    return switch (tuning) {
      case Tuning.FullParameter full -> List.of();
      case Tuning.Lora lora -> new AdapterTargets(modules).resolve(lora);
    };
  }
}
