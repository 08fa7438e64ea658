package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.torch.Precision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A decoder, as its {@code config.json} describes it.
 *
 * @param vocabularySize rows of the embedding and of the output head
 * @param hiddenSize width of the residual stream
 * @param layers from the first to run on
 * @param attention the same in all layers but for its window
 * @param rotary position embeddings, of which each layer uses one
 * @param norms the same in all layers and at the end, but for their place
 * @param activation of feed-forward parts
 * @param projections how they are stored
 * @param factors of what flows through
 * @param routerLoss factor of the loss that balances experts; 0 when there is none
 * @param tiedEmbeddings whether the output head is the embedding
 * @param paddingToken its embedding row gets no gradient from inputs
 */
record DecoderDescription(
    int vocabularySize,
    int hiddenSize,
    List<LayerDescription> layers,
    AttentionShape attention,
    List<RotaryPositions> rotary,
    Norms norms,
    Activation activation,
    Projections projections,
    Factors factors,
    double routerLoss,
    boolean tiedEmbeddings,
    OptionalInt paddingToken) {

  DecoderDescription {
    layers = List.copyOf(layers);
    rotary = List.copyOf(rotary);
  }

  /** Of gates, as {@code hidden_act} names them. */
  enum Activation {
    /** {@code x / (1 + exp(-x))}. */
    SILU,
    /** {@code x / 2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}. */
    TANH_GELU
  }

  /** How q, k, v and gate, up are stored. */
  enum Projections {
    /** A matrix each. */
    SEPARATE,
    /** Rows of q, then k, then v in one matrix; rows of gate, then up in another. */
    FUSED
  }

  /**
   * Factors, each 1 in most families.
   *
   * @param embedding of embedded tokens
   * @param residual of what a part of a layer adds to the residual stream
   * @param logits of the logits
   * @param logitSoftCap logits become {@code c tanh(z / c)}; 0 when they stay as they are
   */
  record Factors(EmbeddingFactor embedding, double residual, double logits, double logitSoftCap) {}

  /**
   * What embedded tokens are multiplied by.
   *
   * @param exact unrounded
   * @param isHeldAsWeights whether Transformers holds it in the type of the weights
   */
  record EmbeddingFactor(double exact, boolean isHeldAsWeights) {
    static final EmbeddingFactor NONE = new EmbeddingFactor(1, false);

    /** As a model with weights of {@code type} in memory multiplies by it. */
    double with(ElementType type) {
      return isHeldAsWeights ? type.rounded((float) exact) : exact;
    }
  }

  /** With other rows of embedding and head. */
  DecoderDescription withVocabularySize(int size) {
    return new DecoderDescription(
        size,
        hiddenSize,
        layers,
        attention,
        rotary,
        norms,
        activation,
        projections,
        factors,
        routerLoss,
        tiedEmbeddings,
        paddingToken);
  }

  /** The experts of the layers that have some; they are alike. */
  Optional<FeedForward.Experts> experts() {
    return layers.stream()
        .map(LayerDescription::feedForward)
        .filter(FeedForward.Experts.class::isInstance)
        .map(FeedForward.Experts.class::cast)
        .findFirst();
  }

  /**
   * Bytes that a layer keeps per token for its backward pass, the most of any layer. A few float32
   * numbers beside bfloat16 activations are counted as if they were those.
   */
  long keptBytesPerToken(Precision precision) {
    var feedForward =
        layers.stream().mapToLong(layer -> layer.feedForward().keptPerToken()).max().orElse(0);
    var hidden = (norms.perLayer() + 2L) * hiddenSize + norms.perLayer();
    return precision.bytes() * (hidden + attention.keptPerToken() + feedForward);
  }
}
