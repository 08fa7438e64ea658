package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.WeightsFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a model is going to be, known before a weight is read.
 *
 * @param folder where it is read from
 * @param stored what {@code config.json} says
 * @param description the same with the vocabulary that is asked for
 * @param modules all that have weights
 * @param adapted those that get an adapter
 * @param whole names of base weights that are trained as they are
 * @param rowEnds modules of which single rows are trained besides
 */
public record ModelDesign(
    Path folder,
    DecoderDescription stored,
    DecoderDescription description,
    List<ModuleDescription> modules,
    List<ModuleDescription> adapted,
    List<String> whole,
    List<String> rowEnds) {

  private static final List<String> ENDS = List.of(DecoderNames.EMBEDDING, DecoderNames.HEAD);

  public ModelDesign {
    modules = List.copyOf(modules);
    adapted = List.copyOf(adapted);
    whole = List.copyOf(whole);
    rowEnds = List.copyOf(rowEnds);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws UnsupportedModelException when the model asks for what this trainer does not do
   * @throws AdapterTargetException when LoRA targets name no module, or keep rows frozen that are
   *     to be trained
   */
  public static ModelDesign of(StartingWeights source, Tuning tuning) {
    var stored = DecoderDescriptionReader.read(source.folder());
    var description = source.vocabulary().of(stored);
    var modules = ModuleDescription.of(description);
    return switch (tuning) {
      case Tuning.FullParameter ignored ->
          new ModelDesign(
              source.folder(),
              stored,
              description,
              modules,
              List.of(),
              modules.stream()
                  .flatMap(module -> module.parameters().stream())
                  .map(ModuleDescription.Parameter::name)
                  .toList(),
              List.of());
      case Tuning.Lora lora -> {
        var adapted = new AdapterTargets(modules).resolve(lora);
        var whole =
            new TrainedWhole(modules, description.tiedEmbeddings())
                .resolve(adapted, lora.details().extras());
        yield new ModelDesign(
            source.folder(),
            stored,
            description,
            modules,
            adapted,
            whole,
            source.vocabulary().trainedRows().isEmpty()
                ? List.of()
                : rowEnds(description, adapted, whole));
      }
    };
  }

  /** Rows of embedding and head. */
  public int vocabularySize() {
    return description.vocabularySize();
  }

  /**
   * Looks at the headers of all weight files.
   *
   * @throws ModelFormatException when the folder contradicts itself
   * @throws io.llmforge.trainer.checkpoint.TensorFileException when a weight file is missing or cut
   *     off
   */
  public void requireComplete() {
    try (var files = WeightsFolder.open(folder)) {
      BaseWeights.requireComplete(files, this);
    }
  }

  /** Weights that the folder must hold; a tied head has none of its own. */
  List<ModuleDescription.Parameter> storedParameters() {
    return ModuleDescription.of(stored).stream()
        .filter(module -> !(stored.tiedEmbeddings() && module.name().equals(DecoderNames.HEAD)))
        .flatMap(module -> module.parameters().stream())
        .toList();
  }

  /** PEFT trains rows only of a module without adapter, and a tied head by the embedding's. */
  private static List<String> rowEnds(
      DecoderDescription decoder, List<ModuleDescription> adapted, List<String> whole) {
    var taken =
        Stream.concat(
                adapted.stream().map(module -> DecoderNames.weight(module.name())), whole.stream())
            .toList();
    var free = ENDS.stream().filter(end -> !taken.contains(DecoderNames.weight(end))).toList();
    if (!decoder.tiedEmbeddings()) {
      return free;
    }
    if (free.equals(List.of(DecoderNames.HEAD))) {
      throw new AdapterTargetException(
          "the LoRA target embed_tokens leaves the rows of new tokens in the output head frozen, since both are one matrix in this model; add lm_head to the targets, or take embed_tokens out");
    }
    return free.size() == ENDS.size() ? List.of(DecoderNames.EMBEDDING) : List.of();
  }
}
