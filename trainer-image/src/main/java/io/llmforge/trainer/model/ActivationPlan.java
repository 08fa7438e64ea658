package io.llmforge.trainer.model;

/**
 * Which layers keep their activations.
 *
 * @param layerCount layers of the decoder
 * @param inputBytesPerToken what every layer's input takes
 * @param keptBytesPerToken what a layer that keeps its activations takes besides
 * @param budgetBytes what all of it may take
 */
record ActivationPlan(
    int layerCount, long inputBytesPerToken, long keptBytesPerToken, long budgetBytes) {

  static ActivationPlan of(DecoderDescription decoder, ModelOptions options) {
    var precision = options.precision();
    return new ActivationPlan(
        decoder.layers().size(),
        (long) precision.bytes() * decoder.hiddenSize(),
        decoder.keptBytesPerToken(precision),
        options.activationBytes());
  }

  /** Layers before this one are computed twice; the last to run are the first to be needed. */
  int firstKeptLayer(int tokens) {
    var left = budgetBytes - tokens * inputBytesPerToken * (layerCount + 1);
    var kept = Math.clamp(left / (tokens * keptBytesPerToken), 0, layerCount);
    return layerCount - kept;
  }
}
