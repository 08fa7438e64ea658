package io.llmforge.trainer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads rotary positions in both dialects: {@code rope_parameters} (Transformers 5), in some
 * families one section per layer type, or {@code rope_theta} with {@code rope_scaling} (before).
 */
final class RotaryReader {

  private static final double USUAL_THETA = 10_000;
  private static final String KIND_OF_KEY = "the rope parameter ";
  private static final String ORIGINAL_POSITIONS = "original_max_position_embeddings";
  private static final String MAXIMUM_POSITIONS = "max_position_embeddings";
  private static final String PARTIAL = "partial_rotary_factor";

  private final ModelConfig config;
  private final Family family;

  RotaryReader(ModelConfig config, Family family) {
    this.config = config;
    this.family = family;
  }

  /** How many dimensions of a head are rotated. */
  int rotatedSize(int headSize) {
    var rope = rope();
    var share = rope.positiveNumber(PARTIAL, config.positiveNumber(PARTIAL, 1));
    var rotated = (int) (headSize * share);
    if (share != 1 && !family.has(FamilyTrait.PARTIAL_OR_LONG_ROTARY)) {
      throw config.unsupported(PARTIAL, String.valueOf(share), "1.0 in this family");
    }
    if (rotated < 2 || rotated % 2 != 0 || rotated > headSize) {
      throw config.malformed(
          "an even number of dimensions must be rotated, not %d of %d"
              .formatted(rotated, headSize));
    }
    return rotated;
  }

  /** Those of layers without a window first, then those of layers with one, when they differ. */
  List<RotaryPositions> positions(int rotatedSize) {
    if (!family.has(FamilyTrait.ROTARY_PER_LAYER_TYPE)) {
      return List.of(positions(rope(), rotatedSize));
    }
    var byType = config.section("rope_parameters", KIND_OF_KEY);
    var older = config.section("rope_scaling", KIND_OF_KEY);
    var full = byType.has("full_attention") ? section(byType, "full_attention") : older;
    var sliding = section(byType, "sliding_attention");
    var localTheta =
        Map.<String, Object>of("rope_theta", config.positiveNumber("rope_local_base_freq"));
    return List.of(
        positions(full, rotatedSize), positions(sliding.withDefaults(localTheta), rotatedSize));
  }

  private static ModelConfig section(ModelConfig byType, String layerType) {
    return byType.section(layerType, KIND_OF_KEY);
  }

  private ModelConfig rope() {
    var key = config.has("rope_scaling") ? "rope_scaling" : "rope_parameters";
    return config.section(key, KIND_OF_KEY);
  }

  private RotaryPositions positions(ModelConfig rope, int rotatedSize) {
    var theta = rope.positiveNumber("rope_theta", config.positiveNumber("rope_theta", USUAL_THETA));
    var type = type(rope);
    return switch (type) {
      case "default" -> new RotaryPositions.Default(theta);
      case "linear" -> new RotaryPositions.Linear(theta, rope.positiveNumber("factor"));
      case "dynamic" ->
          new RotaryPositions.Dynamic(
              theta, rope.positiveNumber("factor"), config.positiveInteger(MAXIMUM_POSITIONS));
      case "llama3" -> llama3(theta, rope);
      case "yarn" -> yarn(theta, rope);
      case "longrope" -> longRope(theta, rope, rotatedSize);
      default ->
          throw config.unsupported(
              "rope_type", type, "default, linear, dynamic, llama3, yarn, longrope");
    };
  }

  /** Phi-3 once called LongRoPE by two other names, one of which means something else today. */
  private String type(ModelConfig rope) {
    var type = rope.text("rope_type", rope.text("type", "default"));
    if (!family.has(FamilyTrait.PARTIAL_OR_LONG_ROTARY)) {
      return type;
    }
    return switch (type) {
      case "default" -> type;
      case "longrope", "su", "yarn" -> "longrope";
      default -> throw config.unsupported("rope_type", type, "default, longrope (su, yarn)");
    };
  }

  private RotaryPositions llama3(double theta, ModelConfig rope) {
    return new RotaryPositions.Llama3(
        theta,
        rope.positiveNumber("factor"),
        rope.positiveNumber("low_freq_factor"),
        rope.positiveNumber("high_freq_factor"),
        originalPositions(rope));
  }

  private RotaryPositions yarn(double theta, ModelConfig rope) {
    var factor = rope.positiveNumber("factor");
    var isRounded = !rope.has("truncate") || rope.flag("truncate");
    var ramp =
        new YarnRamp(
            rope.positiveNumber("beta_fast", 32),
            rope.positiveNumber("beta_slow", 1),
            isRounded ? YarnRamp.Rounding.OUTWARD : YarnRamp.Rounding.NONE);
    var usual =
        rope.has("mscale") && rope.has("mscale_all_dim")
            ? magnitude(factor, rope.positiveNumber("mscale"))
                / magnitude(factor, rope.positiveNumber("mscale_all_dim"))
            : magnitude(factor, 1);
    return new RotaryPositions.Yarn(
        theta,
        factor,
        originalPositions(rope),
        ramp,
        rope.positiveNumber("attention_factor", usual));
  }

  private static double magnitude(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  private RotaryPositions longRope(double theta, ModelConfig rope, int rotatedSize) {
    var original = originalPositions(rope);
    var factor =
        rope.has("factor")
            ? rope.positiveNumber("factor")
            : (double) config.positiveInteger(MAXIMUM_POSITIONS) / original;
    var usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new RotaryPositions.LongRope(
        theta,
        divisors(rope, "short_factor", rotatedSize),
        divisors(rope, "long_factor", rotatedSize),
        original,
        rope.positiveNumber("attention_factor", usual));
  }

  private List<Double> divisors(ModelConfig rope, String key, int rotatedSize) {
    var divisors = new ArrayList<Double>();
    rope.list(key).forEach(divisor -> divisors.add(divisor.asDouble()));
    if (divisors.size() != rotatedSize / 2 || divisors.stream().anyMatch(d -> !(d > 0))) {
      throw config.malformed(
          "%s'%s' must be %d positive numbers, one per pair of rotated dimensions"
              .formatted(KIND_OF_KEY, key, rotatedSize / 2));
    }
    return divisors;
  }

  /** Phi-3 keeps it outside of the section, where Transformers looks first for every family. */
  private int originalPositions(ModelConfig rope) {
    if (config.has(ORIGINAL_POSITIONS)) {
      return config.positiveInteger(ORIGINAL_POSITIONS);
    }
    return rope.has(ORIGINAL_POSITIONS)
        ? rope.positiveInteger(ORIGINAL_POSITIONS)
        : config.positiveInteger(MAXIMUM_POSITIONS);
  }
}
