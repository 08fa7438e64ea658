package io.llmforge.localcluster.api.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** JSON in memory and as text. */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final ObjectMapper YAML = new YAMLMapper();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(500).build());
  }

  private Json() {}

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** Reads JSON, or YAML when the text does not begin like JSON. */
  public static JsonNode read(byte[] text) throws IOException {
    for (byte character : text) {
      if (character == '{' || character == '[') {
        return MAPPER.readTree(text);
      }
      if (!Character.isWhitespace(character)) {
        break;
      }
    }
    return YAML.readTree(text);
  }

  /** Reads text that this program wrote itself. */
  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException broken) {
      throw new IllegalArgumentException("not JSON: " + text, broken);
    }
  }

  public static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a JSON tree could not be written", impossible);
    }
  }

  public static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a JSON tree could not be written", impossible);
    }
  }

  /** The object at a field, if the field holds one. */
  public static Optional<ObjectNode> objectAt(JsonNode parent, String field) {
    return parent.get(field) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
  }

  /** The text at a field; "" when it is missing or not text. */
  public static String textAt(JsonNode parent, String field) {
    return parent.path(field).asText("");
  }

  /** Sets a field, or removes it when the value is missing. */
  public static void setOrRemove(ObjectNode parent, String field, Optional<JsonNode> value) {
    if (value.isPresent()) {
      parent.set(field, value.get());
    } else {
      parent.remove(field);
    }
  }

  /**
   * Whether two trees say the same. Numbers are compared by value, so 1 equals 1.0, because clients
   * differ in how they write them.
   */
  public static boolean same(JsonNode left, JsonNode right) {
    if (left.isNumber() && right.isNumber()) {
      return left.decimalValue().compareTo(right.decimalValue()) == 0;
    }
    if (left instanceof ObjectNode a && right instanceof ObjectNode b) {
      return a.size() == b.size() && a.properties().stream().allMatch(field -> in(b, field));
    }
    if (left instanceof ArrayNode a && right instanceof ArrayNode b) {
      return sameItems(a, b);
    }
    return left.equals(right);
  }

  private static boolean in(ObjectNode object, Map.Entry<String, JsonNode> field) {
    JsonNode other = object.get(field.getKey());
    return other != null && same(field.getValue(), other);
  }

  private static boolean sameItems(ArrayNode left, ArrayNode right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int index = 0; index < left.size(); index++) {
      if (!same(left.get(index), right.get(index))) {
        return false;
      }
    }
    return true;
  }
}
