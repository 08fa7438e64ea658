package io.llmforge.trainer.model;

import java.util.OptionalInt;

/**
 * A decoder of the llama block, as its {@code config.json} describes it.
 *
 * @param vocabularySize rows of the embedding and of the output head
 * @param hiddenSize width of the residual stream
 * @param feedForwardSize inner width of the gated feed-forward part
 * @param layerCount number of layers
 * @param attention the same in all layers
 * @param rotary position embedding
 * @param normEpsilon added to the mean square inside norms
 * @param feedForwardBias whether gate, up and down have a bias
 * @param tiedEmbeddings whether the output head is the embedding
 * @param paddingToken its embedding row gets no gradient from inputs
 */
record DecoderDescription(
    int vocabularySize,
    int hiddenSize,
    int feedForwardSize,
    int layerCount,
    AttentionShape attention,
    RotaryPositions rotary,
    double normEpsilon,
    boolean feedForwardBias,
    boolean tiedEmbeddings,
    OptionalInt paddingToken) {

  /** Bytes that a layer keeps per token for its backward pass, float32. */
  long keptBytesPerToken() {
    long hidden = 3L * hiddenSize;
    long heads = 2L * attention.queryWidth() + 2L * attention.keyValueWidth();
    long feedForward = 2L * feedForwardSize;
    return Float.BYTES * (hidden + heads + feedForward + attention.queryHeads() + 2);
  }
}
