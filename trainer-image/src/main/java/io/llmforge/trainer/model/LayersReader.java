package io.llmforge.trainer.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads what layers differ in: attention windows, and which of them have experts. */
final class LayersReader {

  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  private final ModelConfig config;
  private final Family family;
  private final int count;

  LayersReader(ModelConfig config, Family family) {
    this.config = config;
    this.family = family;
    this.count = config.positiveInteger("num_hidden_layers");
  }

  List<LayerDescription> layers() {
    var isSliding = slidingLayers();
    var window = isSliding.contains(true) ? config.positiveInteger("sliding_window") : 0;
    var ownRotary = family.has(FamilyTrait.ROTARY_PER_LAYER_TYPE);
    var dense = layersWithoutExperts();
    return IntStream.range(0, count)
        .mapToObj(
            number ->
                new LayerDescription(
                    isSliding.get(number) ? window : 0,
                    isSliding.get(number) && ownRotary ? 1 : 0,
                    dense.contains(number) ? gated() : experts()))
        .toList();
  }

  private List<Boolean> slidingLayers() {
    if (family.has(FamilyTrait.WINDOW_IN_SOME_LAYERS)) {
      return config.has("layer_types") ? declaredLayers() : allButEvery("sliding_window_pattern");
    }
    if (family.has(FamilyTrait.WINDOW_EVERYWHERE)) {
      return uniform(config.has("sliding_window"));
    }
    var isRequested = config.flag("use_sliding_window") && config.has("sliding_window");
    if (family.has(FamilyTrait.WINDOW_EVERYWHERE_ON_REQUEST)) {
      return uniform(isRequested);
    }
    if (family.has(FamilyTrait.WINDOW_IN_LAST_LAYERS_ON_REQUEST)) {
      return lastLayers(isRequested);
    }
    if (config.flag("use_sliding_window")) {
      throw config.unsupported("use_sliding_window", "true", "false in this family");
    }
    return uniform(false);
  }

  private List<Boolean> allButEvery(String patternKey) {
    var pattern = config.positiveInteger(patternKey);
    return IntStream.rangeClosed(1, count).mapToObj(number -> number % pattern != 0).toList();
  }

  private List<Boolean> lastLayers(boolean isRequested) {
    if (!isRequested) {
      return uniform(false);
    }
    if (config.has("layer_types")) {
      return declaredLayers();
    }
    var first = config.integer("max_window_layers").orElse(0);
    return IntStream.range(0, count).mapToObj(number -> number >= first).toList();
  }

  /** Such families have no use for {@code layer_types}, so it must say the same. */
  private List<Boolean> uniform(boolean isSliding) {
    if (config.has("layer_types") && declaredLayers().contains(!isSliding)) {
      throw config.unsupported(
          "layer_types", isSliding ? FULL : SLIDING, isSliding ? SLIDING : FULL);
    }
    return IntStream.range(0, count).mapToObj(number -> isSliding).toList();
  }

  private List<Boolean> declaredLayers() {
    var declared = new ArrayList<Boolean>();
    for (var layerType : config.list("layer_types")) {
      switch (layerType.asText()) {
        case FULL -> declared.add(false);
        case SLIDING -> declared.add(true);
        default ->
            throw config.unsupported("layer_types", layerType.asText(), FULL + ", " + SLIDING);
      }
    }
    if (declared.size() != count) {
      throw config.malformed(
          "layer_types names %d layers, num_hidden_layers is %d".formatted(declared.size(), count));
    }
    return declared;
  }

  private Set<Integer> layersWithoutExperts() {
    if (family.has(FamilyTrait.EXPERTS)) {
      return Set.of();
    }
    var all = IntStream.range(0, count).boxed().collect(Collectors.toSet());
    if (!family.has(FamilyTrait.EXPERTS_IN_SOME_LAYERS)) {
      return all;
    }
    var step = config.positiveInteger("decoder_sparse_step");
    var declared = new HashSet<Integer>();
    config.list("mlp_only_layers").forEach(number -> declared.add(number.asInt()));
    return all.stream()
        .filter(number -> declared.contains(number) || (number + 1) % step != 0)
        .collect(Collectors.toSet());
  }

  private FeedForward gated() {
    var hasBias = family.has(FamilyTrait.OPTIONAL_FEED_FORWARD_BIAS) && config.flag("mlp_bias");
    return new FeedForward.Gated(config.positiveInteger("intermediate_size"), hasBias);
  }

  private FeedForward experts() {
    var isMixtral = family.has(FamilyTrait.EXPERTS);
    var experts =
        config.positiveInteger(
            config.has("num_local_experts") ? "num_local_experts" : "num_experts");
    var perToken = config.positiveInteger("num_experts_per_tok");
    if (perToken > experts) {
      throw config.malformed(
          "num_experts_per_tok %d is more than the %d experts".formatted(perToken, experts));
    }
    return new FeedForward.Experts(
        experts,
        perToken,
        config.positiveInteger(isMixtral ? "intermediate_size" : "moe_intermediate_size"),
        isMixtral || config.flag("norm_topk_prob")
            ? FeedForward.Weights.NORMALISED
            : FeedForward.Weights.PROBABILITIES,
        isMixtral ? FeedForward.ExpertNames.OF_MIXTRAL : FeedForward.ExpertNames.OF_QWEN);
  }
}
