package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A YAML document whose values still know their lines.
 *
 * @param root the values; infinities and NaN are numbers
 * @param lines line of every value, from 1, by dotted path
 * @param findings warnings about the form, for example keys written twice
 */
public record YamlDocument(JsonNode root, Map<String, Integer> lines, List<Finding> findings) {

  public YamlDocument {
    lines = Map.copyOf(lines);
    findings = List.copyOf(findings);
  }

  /** Reads one YAML document as PyYAML would, within bounds on size, depth and aliases. */
  public static YamlReading parse(String text) {
    return new YamlParser().parse(text);
  }

  /** Line of a value or, without one of its own, of what holds it. */
  public OptionalInt line(String path) {
    for (String at = path; ; at = parent(at)) {
      var line = lines.get(at);
      if (line != null) {
        return OptionalInt.of(line);
      }
      if (at.isEmpty()) {
        return OptionalInt.empty();
      }
    }
  }

  /** The part of this document below a path of keys, with the lines of the whole file. */
  public YamlDocument below(String... keys) {
    var part = root;
    for (String key : keys) {
      part = part.path(key);
    }
    var prefix = String.join(".", keys);
    Map<String, Integer> below = new HashMap<>();
    lines.forEach(
        (path, line) -> {
          if (path.equals(prefix)) {
            below.put("", line);
          } else if (path.startsWith(prefix + ".")) {
            below.put(path.substring(prefix.length() + 1), line);
          }
        });
    return new YamlDocument(part, below, List.of());
  }

  /** Whether the document holds nothing at this place. */
  public boolean isAbsent() {
    return root instanceof MissingNode || root.isNull();
  }

  private static String parent(String path) {
    int cut = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
    return cut < 0 ? "" : path.substring(0, cut);
  }
}
