package io.llmforge.trainer.model;

import io.llmforge.trainer.model.AttentionShape.QueryKeyNorm;
import io.llmforge.trainer.model.DecoderDescription.Projections;
import io.llmforge.trainer.model.Norms.Place;
import java.util.ArrayList;
import java.util.List;

/** A module of the decoder that has weights of its own. */
sealed interface ModuleDescription {

  /** Dotted, as Transformers names it. */
  String name();

  List<Parameter> parameters();

  /** Whether LoRA may target it. */
  default boolean isAdaptable() {
    return switch (this) {
      case Linear linear -> true;
      case Embedding embedding -> true;
      case Norm norm -> false;
      case Routed routed -> false;
    };
  }

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

  /**
   * {@code y = x W^T} of an expert or of a router, W [outputSize, inputSize]. Not a linear module
   * to LoRA: Transformers holds the experts of a layer as one parameter.
   */
  record Routed(String name, int inputSize, int outputSize) implements ModuleDescription {
    @Override
    public List<Parameter> parameters() {
      return List.of(new Parameter(name + ".weight", List.of((long) outputSize, (long) inputSize)));
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
  record Norm(String name, int size) implements ModuleDescription {
    @Override
    public List<Parameter> parameters() {
      return List.of(new Parameter(name + ".weight", List.of((long) size)));
    }
  }

  /** All modules of a decoder, from the embedding to the output head. */
  static List<ModuleDescription> of(DecoderDescription decoder) {
    var hidden = decoder.hiddenSize();
    var modules = new ArrayList<ModuleDescription>();
    modules.add(new Embedding(DecoderNames.EMBEDDING, decoder.vocabularySize(), hidden));
    for (var number = 0; number < decoder.layers().size(); number++) {
      var prefix = DecoderNames.layer(number);
      addNorm(modules, decoder, prefix, Place.BEFORE_ATTENTION);
      addAttention(modules, decoder, prefix + "self_attn.");
      addNorm(modules, decoder, prefix, Place.AFTER_ATTENTION);
      addNorm(modules, decoder, prefix, Place.BEFORE_FEED_FORWARD);
      switch (decoder.layers().get(number).feedForward()) {
        case FeedForward.Gated gated -> addGated(modules, decoder, gated, prefix + "mlp.");
        case FeedForward.Experts experts -> addExperts(modules, decoder, experts, prefix);
      }
      addNorm(modules, decoder, prefix, Place.AFTER_FEED_FORWARD);
    }
    modules.add(new Norm(DecoderNames.FINAL_NORM, hidden));
    modules.add(new Linear(DecoderNames.HEAD, hidden, decoder.vocabularySize(), false));
    return List.copyOf(modules);
  }

  private static void addNorm(
      List<ModuleDescription> modules, DecoderDescription decoder, String prefix, Place place) {
    decoder
        .norms()
        .nameAt(place)
        .ifPresent(name -> modules.add(new Norm(prefix + name, decoder.hiddenSize())));
  }

  private static void addAttention(
      List<ModuleDescription> modules, DecoderDescription decoder, String prefix) {
    var attention = decoder.attention();
    var hidden = decoder.hiddenSize();
    var queries = attention.queryWidth();
    var keys = attention.keyValueWidth();
    var bias = attention.queryKeyValueBias();
    if (decoder.projections() == Projections.FUSED) {
      modules.add(new Linear(prefix + "qkv_proj", hidden, queries + 2 * keys, bias));
    } else {
      modules.add(new Linear(prefix + "q_proj", hidden, queries, bias));
      modules.add(new Linear(prefix + "k_proj", hidden, keys, bias));
      modules.add(new Linear(prefix + "v_proj", hidden, keys, bias));
    }
    if (attention.queryKeyNorm() != QueryKeyNorm.NONE) {
      var isPerHead = attention.queryKeyNorm() == QueryKeyNorm.HEAD;
      modules.add(new Norm(prefix + "q_norm", isPerHead ? attention.headSize() : queries));
      modules.add(new Norm(prefix + "k_norm", isPerHead ? attention.headSize() : keys));
    }
    modules.add(new Linear(prefix + "o_proj", queries, hidden, attention.outputBias()));
  }

  private static void addGated(
      List<ModuleDescription> modules,
      DecoderDescription decoder,
      FeedForward.Gated gated,
      String prefix) {
    var hidden = decoder.hiddenSize();
    var inner = gated.size();
    if (decoder.projections() == Projections.FUSED) {
      modules.add(new Linear(prefix + "gate_up_proj", hidden, 2 * inner, gated.hasBias()));
    } else {
      modules.add(new Linear(prefix + "gate_proj", hidden, inner, gated.hasBias()));
      modules.add(new Linear(prefix + "up_proj", hidden, inner, gated.hasBias()));
    }
    modules.add(new Linear(prefix + "down_proj", inner, hidden, gated.hasBias()));
  }

  private static void addExperts(
      List<ModuleDescription> modules,
      DecoderDescription decoder,
      FeedForward.Experts experts,
      String prefix) {
    var names = experts.names();
    var hidden = decoder.hiddenSize();
    modules.add(new Routed(prefix + DecoderNames.router(names), hidden, experts.count()));
    for (var number = 0; number < experts.count(); number++) {
      var expert = prefix + DecoderNames.expert(names, number);
      modules.add(new Routed(expert + names.gate(), hidden, experts.size()));
      modules.add(new Routed(expert + names.up(), hidden, experts.size()));
      modules.add(new Routed(expert + names.down(), experts.size(), hidden));
    }
  }
}
