package io.llmforge.trainer.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A model's {@code config.json}, or a section of it: values by key, or an exception that says what
 * is wrong with them. A key that is null is a key that is absent.
 */
final class ModelConfig {

  private final Path file;
  private final String kindOfKey;
  private final JsonNode values;

  private ModelConfig(Path file, String kindOfKey, JsonNode values) {
    this.file = file;
    this.kindOfKey = kindOfKey;
    this.values = values;
  }

  static ModelConfig read(Path modelFolder) {
    var file = modelFolder.resolve("config.json");
    try {
      var values = new ObjectMapper().readTree(Files.readString(file));
      return new ModelConfig(file, "", values);
    } catch (NoSuchFileException missing) {
      throw new ModelFormatException(
          file + " does not exist; the folder must hold a Hugging Face model");
    } catch (JsonProcessingException malformed) {
      throw new ModelFormatException(file + " is not JSON: " + malformed.getOriginalMessage());
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + file, failure);
    }
  }

  /** With values for keys that this one lacks; a key that is there and null stays null. */
  ModelConfig withDefaults(Map<String, Object> defaults) {
    var merged = (ObjectNode) new ObjectMapper().valueToTree(defaults);
    values.properties().forEach(entry -> merged.set(entry.getKey(), entry.getValue()));
    return new ModelConfig(file, kindOfKey, merged);
  }

  /** The section under {@code key}, empty when it is absent. */
  ModelConfig section(String key, String kindOfItsKeys) {
    var section = has(key) ? values.get(key) : new ObjectMapper().createObjectNode();
    return new ModelConfig(file, kindOfItsKeys, section);
  }

  boolean has(String key) {
    return values.hasNonNull(key);
  }

  boolean flag(String key) {
    return values.path(key).asBoolean(false);
  }

  String text(String key, String otherwise) {
    return has(key) ? values.get(key).asText() : otherwise;
  }

  /** A list, or nothing where the key is absent. */
  Iterable<JsonNode> list(String key) {
    return values.path(key);
  }

  int positiveInteger(String key) {
    var value = values.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
      throw malformed("%s'%s' must be a positive whole number".formatted(kindOfKey, key));
    }
    return value.asInt();
  }

  int positiveInteger(String key, int otherwise) {
    return has(key) ? positiveInteger(key) : otherwise;
  }

  /** A whole number of any sign. */
  Optional<Integer> integer(String key) {
    return values.path(key).isInt() ? Optional.of(values.path(key).asInt()) : Optional.empty();
  }

  double positiveNumber(String key) {
    var value = values.path(key);
    if (!value.isNumber() || !(value.asDouble() > 0)) {
      throw malformed("%s'%s' must be a positive number".formatted(kindOfKey, key));
    }
    return value.asDouble();
  }

  double positiveNumber(String key, double otherwise) {
    return has(key) ? positiveNumber(key) : otherwise;
  }

  /** Zero where the key is absent. */
  double nonNegativeNumber(String key) {
    var value = has(key) ? values.get(key).asDouble(-1) : 0;
    if (!(value >= 0)) {
      throw malformed("%s'%s' must be a number, at least 0".formatted(kindOfKey, key));
    }
    return value;
  }

  ModelFormatException malformed(String problem) {
    return new ModelFormatException(file + ": " + problem);
  }

  /** The model asks for {@code value} of {@code key}, and only {@code supported} is done. */
  UnsupportedModelException unsupported(String key, String value, String supported) {
    return new UnsupportedModelException(
        "%s: %s '%s' is not supported; supported: %s".formatted(file, key, value, supported));
  }

  UnsupportedModelException unsupported(String problem) {
    return new UnsupportedModelException(file + ": " + problem);
  }
}
