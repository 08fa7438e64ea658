package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, checked: every tensor lies inside the file, has as many bytes
 * as its shape and type need, and the tensors fill the data without overlap or gap.
 *
 * @param entries by name, in the order of the header
 * @param metadata what the writer noted about the file
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

  private static final String METADATA = "__metadata__";

  /**
   * @param begin first byte, counted from the start of the data
   * @param end byte after the last
   */
  record Entry(String name, ElementType type, List<Long> shape, long begin, long end) {}

  static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
    var entries = new LinkedHashMap<String, Entry>();
    var metadata = new LinkedHashMap<String, String>();
    for (var property : object(file, json).properties()) {
      if (property.getKey().equals(METADATA)) {
        property.getValue().properties().forEach(p -> metadata.put(p.getKey(), text(p.getValue())));
      } else {
        entries.put(property.getKey(), entry(file, property.getKey(), property.getValue()));
      }
    }
    checkLayout(file, entries, dataBytes);
    return new SafetensorsHeader(entries, metadata);
  }

  private static JsonNode object(Path file, byte[] json) {
    try {
      var header = new ObjectMapper().readTree(new String(json, StandardCharsets.UTF_8));
      if (header.isObject()) {
        return header;
      }
      throw new TensorFileException(file, "the safetensors header is not a JSON object");
    } catch (JsonProcessingException malformed) {
      throw new TensorFileException(
          file, "the safetensors header is not JSON: " + malformed.getOriginalMessage());
    }
  }

  private static String text(JsonNode value) {
    return value.asText();
  }

  private static Entry entry(Path file, String name, JsonNode node) {
    var typeName = node.path("dtype").asText();
    var type =
        ElementType.named(typeName)
            .orElseThrow(
                () ->
                    new TensorFileException(
                        file,
                        "tensor %s has type '%s'; supported are F32, BF16, F16"
                            .formatted(name, typeName)));
    var shape = numbers(file, name, "shape", node);
    var offsets = numbers(file, name, "data_offsets", node);
    if (offsets.size() != 2) {
      throw new TensorFileException(file, "tensor %s needs two data_offsets".formatted(name));
    }
    var entry = new Entry(name, type, shape, offsets.get(0), offsets.get(1));
    checkSize(file, entry);
    return entry;
  }

  private static List<Long> numbers(Path file, String name, String key, JsonNode node) {
    var numbers = new ArrayList<Long>();
    for (var number : node.path(key)) {
      if (!number.canConvertToLong() || number.asLong() < 0) {
        throw new TensorFileException(
            file, "tensor %s: %s must be whole numbers, not negative".formatted(name, key));
      }
      numbers.add(number.asLong());
    }
    return List.copyOf(numbers);
  }

  private static void checkSize(Path file, Entry entry) {
    try {
      long elements = entry.shape().stream().reduce(1L, Math::multiplyExact);
      var needed = Math.multiplyExact(elements, (long) entry.type().bytes());
      if (entry.end() - entry.begin() != needed) {
        throw new TensorFileException(
            file,
            "tensor %s of shape %s and type %s needs %d bytes, its offsets %d to %d hold %d"
                .formatted(
                    entry.name(),
                    entry.shape(),
                    entry.type(),
                    needed,
                    entry.begin(),
                    entry.end(),
                    entry.end() - entry.begin()));
      }
    } catch (ArithmeticException overflow) {
      throw new TensorFileException(
          file, "tensor %s: shape %s is too large".formatted(entry.name(), entry.shape()));
    }
  }

  private static void checkLayout(Path file, Map<String, Entry> entries, long dataBytes) {
    var inOrder = new ArrayList<>(entries.values());
    inOrder.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    var filled = 0L;
    for (var entry : inOrder) {
      if (entry.end() > dataBytes) {
        throw new TensorFileException(
            file,
            "tensor %s ends at byte %d of %d; the file is cut off"
                .formatted(entry.name(), entry.end(), dataBytes));
      }
      if (entry.begin() != filled) {
        throw new TensorFileException(
            file,
            "tensor %s begins at byte %d where the one before it ends at %d"
                .formatted(entry.name(), entry.begin(), filled));
      }
      filled = entry.end();
    }
    if (filled != dataBytes) {
      throw new TensorFileException(
          file, "the tensors end at byte %d of %d".formatted(filled, dataBytes));
    }
  }
}
