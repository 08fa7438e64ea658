package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Precision;
import java.nio.file.Path;
import java.util.List;

/**
 * What a model takes in memory while it is trained, known from its configuration alone. In bytes.
 *
 * @param precision in what numbers it computes
 * @param elements weights of the base model
 * @param trainedElements weights that are trained
 * @param weightBytes all weights: the base and, when adapters are trained, theirs; what is trained
 *     in float32, and beside it in the numbers that are computed with
 * @param gradientBytes gradient sums of what is trained, float32
 * @param optimizerBytes two running means of what is trained, float32
 * @param layerCount layers of the decoder
 * @param inputBytesPerToken what a layer's input takes, which every layer keeps
 * @param keptBytesPerToken what a layer keeps besides when it is not computed twice
 * @param logitsBytesPerRow logits of one row, float32
 */
public record MemoryNeeds(
    Precision precision,
    long elements,
    long trainedElements,
    long weightBytes,
    long gradientBytes,
    long optimizerBytes,
    int layerCount,
    long inputBytesPerToken,
    long keptBytesPerToken,
    long logitsBytesPerRow) {

  /**
   * Gradients that one layer's backward pass holds in passing, as a multiple of what the layer
   * keeps: nearly every kept tensor has a gradient, and products of the two a place of their own.
   */
  private static final int PASSING_PER_KEPT = 2;

  /** Hidden rows around the head: chosen, normed, their gradient. */
  private static final int HIDDEN_ROWS_OF_HEAD = 4;

  /**
   * Reads {@code config.json}.
   *
   * @throws UnsupportedModelException when the model asks for what this trainer does not do
   * @throws AdapterTargetException when LoRA targets name no module
   */
  public static MemoryNeeds of(Path modelFolder, Tuning tuning, Precision precision) {
    var decoder = DecoderDescriptionReader.read(modelFolder);
    var modules = ModuleDescription.of(decoder);
    var base =
        modules.stream()
            .filter(
                module -> !(decoder.tiedEmbeddings() && module.name().equals(DecoderNames.HEAD)))
            .flatMap(module -> module.parameters().stream())
            .mapToLong(MemoryNeeds::elements)
            .sum();
    var trained =
        switch (tuning) {
          case Tuning.FullParameter full -> base;
          case Tuning.Lora lora -> adapterElements(modules, lora);
        };
    var frozen = tuning instanceof Tuning.Lora ? base : 0;
    var copied = precision == Precision.FLOAT32 ? 0 : trained;
    var plan = ActivationPlan.of(decoder, ModelOptions.defaults().with(precision));
    return new MemoryNeeds(
        precision,
        base,
        trained,
        Float.BYTES * trained + precision.bytes() * (frozen + copied),
        Float.BYTES * trained,
        2 * Float.BYTES * trained,
        plan.layerCount(),
        plan.inputBytesPerToken(),
        plan.keptBytesPerToken(),
        (long) Float.BYTES * decoder.vocabularySize());
  }

  /** What is there before the first token. */
  public long fixedBytes() {
    return weightBytes + gradientBytes + optimizerBytes;
  }

  /** What a micro-batch takes when the last {@code keptLayers} layers are not computed twice. */
  public long activationBytes(long tokens, int keptLayers) {
    return tokens * (inputBytesPerToken * (layerCount + 1) + keptBytesPerToken * keptLayers);
  }

  /**
   * The most that is held in passing: by one layer going back, or by the head.
   *
   * @param logitsBytes logits that exist at once; their gradient takes as much again, and once more
   *     where it is rounded
   */
  public long passingBytes(long tokens, long logitsBytes) {
    var layer = tokens * keptBytesPerToken * (1 + PASSING_PER_KEPT);
    var rounded =
        precision == Precision.FLOAT32 ? 0 : logitsBytes / Float.BYTES * precision.bytes();
    var head = tokens * inputBytesPerToken * HIDDEN_ROWS_OF_HEAD + 2 * logitsBytes + rounded;
    return Math.max(layer, head);
  }

  private static long adapterElements(List<ModuleDescription> modules, Tuning.Lora lora) {
    return new AdapterTargets(modules)
            .resolve(lora.targets()).stream()
                .mapToLong(
                    module ->
                        switch (module) {
                          case ModuleDescription.Linear linear ->
                              (long) linear.inputSize() + linear.outputSize();
                          case ModuleDescription.Embedding embedding ->
                              (long) embedding.vocabularySize() + embedding.hiddenSize();
                          case ModuleDescription.Norm norm -> 0;
                          case ModuleDescription.Routed routed -> 0;
                        })
                .sum()
        * lora.rank();
  }

  private static long elements(ModuleDescription.Parameter parameter) {
    return parameter.shape().stream().reduce(1L, Math::multiplyExact);
  }
}
