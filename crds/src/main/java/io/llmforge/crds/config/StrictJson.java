package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;

/**
 * Copies a tree with some values replaced.
 *
 * @param corrections the replacements, by path
 */
record StrictJson(Map<String, JsonNode> corrections) {

  JsonNode of(JsonNode value, String path) {
    if (value.isObject()) {
      var object = JsonNodeFactory.instance.objectNode();
      value
          .properties()
          .forEach(
              entry -> {
                var place = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
                object.set(entry.getKey(), of(entry.getValue(), place));
              });
      return object;
    }
    if (value.isArray()) {
      var array = JsonNodeFactory.instance.arrayNode();
      value.forEach(item -> array.add(of(item, "%s[%d]".formatted(path, array.size()))));
      return array;
    }
    return finite(corrections.getOrDefault(path, value));
  }

  private static JsonNode finite(JsonNode value) {
    if (!value.isDouble() || Double.isFinite(value.doubleValue())) {
      return value;
    }
    if (Double.isNaN(value.doubleValue())) {
      return TextNode.valueOf(".nan");
    }
    return TextNode.valueOf(value.doubleValue() > 0 ? ".inf" : "-.inf");
  }
}
