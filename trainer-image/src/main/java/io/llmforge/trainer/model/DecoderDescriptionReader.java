package io.llmforge.trainer.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Reads {@code config.json} in both dialects: positions under {@code rope_parameters} (Transformers
 * 5) or as {@code rope_theta} with {@code rope_scaling} (before). A key that is absent has the
 * default that Transformers gives it; a feature that is asked for and not known is refused.
 */
final class DecoderDescriptionReader {

  private final Path file;
  private final JsonNode config;

  private DecoderDescriptionReader(Path file, JsonNode config) {
    this.file = file;
    this.config = config;
  }

  static DecoderDescription read(Path modelFolder) {
    var file = modelFolder.resolve("config.json");
    try {
      var config = new ObjectMapper().readTree(Files.readString(file));
      return new DecoderDescriptionReader(file, config).description();
    } catch (NoSuchFileException missing) {
      throw new ModelFormatException(
          file + " does not exist; the folder must hold a Hugging Face model");
    } catch (JsonProcessingException malformed) {
      throw new ModelFormatException(file + " is not JSON: " + malformed.getOriginalMessage());
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + file, failure);
    }
  }

  private DecoderDescription description() {
    var family = family();
    refuseUnknownFeatures();
    return new DecoderDescription(
        required("vocab_size"),
        required("hidden_size"),
        required("intermediate_size"),
        required("num_hidden_layers"),
        attention(family),
        rotary(),
        config.path("rms_norm_eps").asDouble(1e-6),
        !family.hasFixedAttentionBias() && config.path("mlp_bias").asBoolean(false),
        config.path("tie_word_embeddings").asBoolean(false),
        paddingToken());
  }

  private Family family() {
    var architecture = config.path("architectures").path(0).asText("");
    var modelType = config.path("model_type").asText("");
    var family =
        architecture.isEmpty()
            ? Family.ofModelType(modelType)
            : Family.ofArchitecture(architecture);
    return family.orElseThrow(
        () ->
            new UnsupportedModelException(
                "%s: architecture '%s' is not supported; supported are %s"
                    .formatted(
                        file, architecture.isEmpty() ? modelType : architecture, Family.known())));
  }

  private void refuseUnknownFeatures() {
    var activation = config.path("hidden_act").asText("silu");
    if (!activation.equals("silu")) {
      throw unsupported("hidden_act", activation, "silu");
    }
    if (config.path("use_sliding_window").asBoolean(false)) {
      throw unsupported("use_sliding_window", "true", "false");
    }
    for (var layerType : config.path("layer_types")) {
      if (!layerType.asText().equals("full_attention")) {
        throw unsupported("layer_types", layerType.asText(), "full_attention");
      }
    }
    if (config.path("attention_dropout").asDouble(0) > 0) {
      throw unsupported("attention_dropout", config.path("attention_dropout").asText(), "0.0");
    }
    if (config.hasNonNull("quantization_config")) {
      throw new UnsupportedModelException(
          file + ": quantized weights are not supported; use the model before quantization");
    }
  }

  private AttentionShape attention(Family family) {
    var heads = required("num_attention_heads");
    var keyValueHeads = config.path("num_key_value_heads").asInt(heads);
    var hidden = required("hidden_size");
    var headSize = config.path("head_dim").asInt(hidden / heads);
    if (keyValueHeads < 1 || heads % keyValueHeads != 0) {
      throw new ModelFormatException(
          "%s: num_attention_heads %d is not a multiple of num_key_value_heads %d"
              .formatted(file, heads, keyValueHeads));
    }
    if (headSize < 2 || headSize % 2 != 0) {
      throw new ModelFormatException(file + ": the head size must be even, is " + headSize);
    }
    var bias = config.path("attention_bias").asBoolean(false);
    return family.hasFixedAttentionBias()
        ? new AttentionShape(heads, keyValueHeads, headSize, true, false)
        : new AttentionShape(heads, keyValueHeads, headSize, bias, bias);
  }

  private RotaryPositions rotary() {
    var rope = config.hasNonNull("rope_parameters") ? config.get("rope_parameters") : olderRope();
    var theta = rope.path("rope_theta").asDouble(config.path("rope_theta").asDouble(10_000));
    if (rope.path("partial_rotary_factor").asDouble(1) != 1
        || config.path("partial_rotary_factor").asDouble(1) != 1) {
      throw unsupported("partial_rotary_factor", "other than 1", "1.0");
    }
    var type = rope.path("rope_type").asText(rope.path("type").asText("default"));
    return switch (type) {
      case "default" -> new RotaryPositions.Default(theta);
      case "linear" -> new RotaryPositions.Linear(theta, number(rope, "factor"));
      case "llama3" ->
          new RotaryPositions.Llama3(
              theta,
              number(rope, "factor"),
              number(rope, "low_freq_factor"),
              number(rope, "high_freq_factor"),
              (int) number(rope, "original_max_position_embeddings"));
      default -> throw unsupported("rope_type", type, "default, linear, llama3");
    };
  }

  private JsonNode olderRope() {
    return config.hasNonNull("rope_scaling")
        ? config.get("rope_scaling")
        : MissingNode.getInstance();
  }

  private OptionalInt paddingToken() {
    return config.path("pad_token_id").isInt()
        ? OptionalInt.of(config.path("pad_token_id").asInt())
        : OptionalInt.empty();
  }

  private int required(String key) {
    var value = config.path(key);
    if (!value.isInt() || value.asInt() < 1) {
      throw new ModelFormatException(
          "%s: '%s' must be a positive whole number".formatted(file, key));
    }
    return value.asInt();
  }

  private double number(JsonNode rope, String key) {
    var value = rope.path(key);
    if (!value.isNumber() || !(value.asDouble() > 0)) {
      throw new ModelFormatException(
          "%s: the rope parameter '%s' must be a positive number".formatted(file, key));
    }
    return value.asDouble();
  }

  private UnsupportedModelException unsupported(String key, String value, String supported) {
    return new UnsupportedModelException(
        "%s: %s '%s' is not supported; supported: %s".formatted(file, key, value, supported));
  }
}
