package io.llmforge.trainer.model;

import java.util.List;
import java.util.stream.Stream;

/** A module of the decoder that has weights of its own. */
sealed interface ModuleDescription {

  /** Dotted, as Transformers names it. */
  String name();

  List<Parameter> parameters();

  /**
   * A tensor that a checkpoint must hold.
   *
   * @param name dotted, as in the file
   * @param shape outermost size first
   */
  record Parameter(String name, List<Long> shape) {}

  /** {@code y = x W^T + b}, W [outputSize, inputSize]. */
  record Linear(String name, int inputSize, int outputSize, boolean hasBias)
      implements ModuleDescription {
    @Override
    public List<Parameter> parameters() {
      var weight = new Parameter(name + ".weight", List.of((long) outputSize, (long) inputSize));
      var bias = new Parameter(name + ".bias", List.of((long) outputSize));
      return hasBias ? List.of(weight, bias) : List.of(weight);
    }
  }

  /** A row of {@code hiddenSize} numbers per token. */
  record Embedding(String name, int vocabularySize, int hiddenSize) implements ModuleDescription {
    @Override
    public List<Parameter> parameters() {
      return List.of(
          new Parameter(name + ".weight", List.of((long) vocabularySize, (long) hiddenSize)));
    }
  }

  /** A factor per dimension. */
  record Norm(String name, int hiddenSize) implements ModuleDescription {
    @Override
    public List<Parameter> parameters() {
      return List.of(new Parameter(name + ".weight", List.of((long) hiddenSize)));
    }
  }

  /** All modules of a decoder, from the embedding to the output head. */
  static List<ModuleDescription> of(DecoderDescription decoder) {
    var layers =
        Stream.iterate(0, layer -> layer < decoder.layerCount(), layer -> layer + 1)
            .flatMap(layer -> layer(decoder, DecoderNames.layer(layer)).stream());
    var hidden = decoder.hiddenSize();
    var ends =
        Stream.of(
            new Norm(DecoderNames.FINAL_NORM, hidden),
            new Linear(DecoderNames.HEAD, hidden, decoder.vocabularySize(), false));
    var embedding = new Embedding(DecoderNames.EMBEDDING, decoder.vocabularySize(), hidden);
    return Stream.concat(Stream.concat(Stream.of(embedding), layers), ends).toList();
  }

  private static List<ModuleDescription> layer(DecoderDescription decoder, String prefix) {
    var attention = decoder.attention();
    var hidden = decoder.hiddenSize();
    var inner = decoder.feedForwardSize();
    var queries = attention.queryWidth();
    var keys = attention.keyValueWidth();
    var inputBias = attention.queryKeyValueBias();
    var innerBias = decoder.feedForwardBias();
    return List.of(
        new Norm(prefix + "input_layernorm", hidden),
        new Linear(prefix + "self_attn.q_proj", hidden, queries, inputBias),
        new Linear(prefix + "self_attn.k_proj", hidden, keys, inputBias),
        new Linear(prefix + "self_attn.v_proj", hidden, keys, inputBias),
        new Linear(prefix + "self_attn.o_proj", queries, hidden, attention.outputBias()),
        new Norm(prefix + "post_attention_layernorm", hidden),
        new Linear(prefix + "mlp.gate_proj", hidden, inner, innerBias),
        new Linear(prefix + "mlp.up_proj", hidden, inner, innerBias),
        new Linear(prefix + "mlp.down_proj", inner, hidden, innerBias));
  }
}
