package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.WeightsFolder;
import io.llmforge.trainer.torch.TensorScope;
import java.nio.file.Path;
import java.util.List;

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
      StartingWeights source, Vocabulary vocabulary, Tuning tuning, long seed, TensorScope scope) {
    var folder = source.folder();
    var stored = DecoderDescriptionReader.read(folder);
    var description = vocabulary.of(stored);
    var modules = ModuleDescription.of(description);
    var adapted = adaptedModules(modules, tuning);
    try (var files = WeightsFolder.open(folder)) {
      var read = BaseWeights.load(folder, files, stored, ModuleDescription.of(stored), scope);
      var base = vocabulary.grown(read, stored, scope);
      var tied = description.tiedEmbeddings();
      var parameters =
          switch (tuning) {
            case Tuning.FullParameter full -> DecoderParameters.full(base, tied, scope);
            case Tuning.Lora lora -> {
              var adapters =
                  adapted.stream().map(module -> Adapter.initial(module, lora, seed)).toList();
              var frozen = DecoderParameters.adapted(base, tied, adapted, adapters, scope);
              frozen.train(vocabulary.trained(frozen, description, scope), scope);
              yield frozen;
            }
          };
      return new LoadedModel(folder, description, modules, parameters, tuning, files.elementType());
    }
  }

  private static List<ModuleDescription> adaptedModules(
      List<ModuleDescription> modules, Tuning tuning) {
    return switch (tuning) {
      case Tuning.FullParameter full -> List.of();
      case Tuning.Lora lora -> new AdapterTargets(modules).resolve(lora.targets());
    };
  }
}
