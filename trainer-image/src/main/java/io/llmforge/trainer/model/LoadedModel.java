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
    var design = ModelDesign.of(source, tuning);
    var whole = design.whole();
    try (var files = WeightsFolder.open(design.folder())) {
      var read = BaseWeights.load(files, design, Set.copyOf(whole)::contains, memory);
      var base = vocabulary.grown(read, design.stored(), memory.scope());
      var description = design.description();
      var parameters =
          switch (tuning) {
            case Tuning.FullParameter full ->
                DecoderParameters.full(base, description.tiedEmbeddings(), memory);
            case Tuning.Lora lora -> {
              var adapters =
                  design.adapted().stream()
                      .map(module -> Adapter.initial(module, lora, seed))
                      .toList();
              var frozen =
                  DecoderParameters.adapted(
                      base, description.tiedEmbeddings(), design.adapted(), adapters, memory);
              frozen.trainWhole(whole, memory);
              frozen.train(vocabulary.trained(frozen, design, memory.scope()), memory.scope());
              yield frozen;
            }
          };
      return new LoadedModel(
          design.folder(), description, design.modules(), parameters, tuning, files.elementType());
    }
  }
}
