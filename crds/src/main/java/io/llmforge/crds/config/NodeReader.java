package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.config.Finding.Severity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** YAML nodes to JSON values. Aliases are copied out, so their number is bounded. */
final class NodeReader {

  private static final int MAXIMUM_VALUES = 20_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Map<String, Integer> lines = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private int values;

  YamlReading read(Node root) {
    var value = read(root, "");
    var errors = findings.stream().filter(f -> f.severity() == Severity.ERROR).toList();
    return errors.isEmpty()
        ? new YamlReading.Read(new YamlDocument(value, lines, findings))
        : new YamlReading.Broken(List.of(errors.getFirst()));
  }

  private JsonNode read(Node node, String path) {
    lines.putIfAbsent(path, line(node));
    if (++values > MAXIMUM_VALUES) {
      return refuse(node, path, "the document unfolds to too many values; write fewer aliases");
    }
    if (!open.add(node)) {
      return refuse(node, path, "the alias refers to a value that holds the alias itself");
    }
    var value =
        switch (node) {
          case ScalarNode scalar -> scalar(scalar, path);
          case SequenceNode sequence -> sequence(sequence, path);
          case MappingNode mapping -> mapping(mapping, path);
          default -> refuse(node, path, "the value has a form that a config cannot hold");
        };
    open.remove(node);
    return value;
  }

  private JsonNode scalar(ScalarNode node, String path) {
    return ScalarText.value(node.getTag(), node.getValue())
        .orElseGet(
            () ->
                refuse(
                    node,
                    path,
                    "the tag %s is not allowed; write the value without it"
                        .formatted(node.getTag())));
  }

  private JsonNode sequence(SequenceNode node, String path) {
    var list = JSON.arrayNode();
    for (Node item : node.getValue()) {
      if (values > MAXIMUM_VALUES) {
        break;
      }
      list.add(read(item, "%s[%d]".formatted(path, list.size())));
    }
    return list;
  }

  private JsonNode mapping(MappingNode node, String path) {
    var object = JSON.objectNode();
    Map<String, Integer> seen = new HashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      if (values > MAXIMUM_VALUES) {
        break;
      }
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        return refuse(tuple.getKeyNode(), path, "a key must be plain text");
      }
      if (key.getTag().equals(Tag.MERGE)) {
        merge(object, tuple.getValueNode(), path);
      } else {
        put(object, seen, key, tuple.getValueNode(), path);
      }
    }
    return object;
  }

  private void put(
      ObjectNode object, Map<String, Integer> seen, ScalarNode key, Node node, String path) {
    var name = key.getValue();
    var place = path.isEmpty() ? name : path + "." + name;
    var earlier = seen.put(name, line(key));
    if (earlier != null) {
      findings.add(
          new Finding(
              Severity.WARNING,
              place,
              line(key),
              "is written twice; this one counts, the one in line %d does not: remove it"
                  .formatted(earlier)));
      lines
          .keySet()
          .removeIf(known -> known.startsWith(place + ".") || known.startsWith(place + "["));
    }
    lines.put(place, line(key));
    object.set(name, read(node, place));
  }

  /** {@code <<: *defaults}: keys of the mapping itself win, wherever they stand. */
  private void merge(ObjectNode object, Node node, String path) {
    var merged = read(node, path.isEmpty() ? "<<" : path + ".<<");
    var sources = merged.isArray() ? merged : JSON.arrayNode().add(merged);
    for (JsonNode source : sources) {
      if (!source.isObject()) {
        refuse(node, path, "'<<' merges mappings only");
        return;
      }
      source
          .properties()
          .forEach(
              entry -> {
                if (!object.has(entry.getKey())) {
                  object.set(entry.getKey(), entry.getValue());
                }
              });
    }
  }

  private JsonNode refuse(Node node, String path, String message) {
    findings.add(new Finding(Severity.ERROR, path, line(node), message));
    return NullNode.instance;
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
