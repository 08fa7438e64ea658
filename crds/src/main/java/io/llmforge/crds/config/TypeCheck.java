package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmforge.crds.config.Finding.Severity;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes of a config as written one with present names and exact types. Forgives what LLMForge
 * forgave: numbers and flags written as text, null for "not given".
 */
final class TypeCheck {

  private final Findings findings;
  private final Map<String, JsonNode> corrections = new HashMap<>();

  TypeCheck(Findings findings) {
    this.findings = findings;
  }

  /** The block with every key that can be used; what cannot is a finding. */
  ObjectNode check(JsonNode written, KeyType.Block block, String path) {
    var checked = JsonNodeFactory.instance.objectNode();
    written
        .properties()
        .forEach(entry -> checkKey(checked, block, path, entry.getKey(), entry.getValue()));
    return checked;
  }

  /** The values that were written in another form than their key's, in that form, by path. */
  Map<String, JsonNode> corrections() {
    return Map.copyOf(corrections);
  }

  private void checkKey(
      ObjectNode checked, KeyType.Block block, String path, String key, JsonNode value) {
    var place = path.isEmpty() ? key : path + "." + key;
    var name = KeyNames.ofFormer(place).orElse(key);
    var type = block.keys().get(name);
    if (type == null) {
      new UnknownKeys(findings).report(block, path, key, value);
      return;
    }
    if (value.isNull()) {
      return;
    }
    if (!name.equals(key)) {
      findings.add(Severity.DEPRECATED, place, "is an old name; write " + name);
      findings.renamed(place, path.isEmpty() ? name : path + "." + name);
    }
    KeyNotes.of(place).ifPresent(note -> findings.add(note.severity(), place, note.words()));
    convert(value, type, place).ifPresent(converted -> put(checked, name, converted, place));
  }

  private void put(ObjectNode checked, String name, JsonNode value, String place) {
    var earlier = checked.get(name);
    if (earlier != null && !earlier.equals(value)) {
      findings.error(
          place,
          "says %s, and %s says %s under its other name; keep one".formatted(value, name, earlier));
      return;
    }
    checked.set(name, value);
  }

  private Optional<JsonNode> convert(JsonNode value, KeyType type, String path) {
    var converted = exact(value, type, path);
    converted
        .filter(exact -> exact.isValueNode() && isOtherForm(value, exact))
        .ifPresent(exact -> corrections.put(path, exact));
    return converted;
  }

  private static boolean isOtherForm(JsonNode value, JsonNode exact) {
    return value.getNodeType() != exact.getNodeType()
        || (exact.isInt() && !value.isIntegralNumber());
  }

  private Optional<JsonNode> exact(JsonNode value, KeyType type, String path) {
    return switch (type) {
      case KeyType.Text text -> text(value, text, path);
      case KeyType.Flag flag -> flag(value, flag, path);
      case KeyType.Whole whole -> whole(value, whole, path);
      case KeyType.Real real -> real(value, real, path);
      case KeyType.Choice choice -> choice(value, choice, path);
      case KeyType.ListOf list -> list(value, list, path);
      case KeyType.MapOf map -> map(value, map, path);
      case KeyType.AnyOf any -> any(value, any, path);
      case KeyType.Block block ->
          value.isObject() ? Optional.of(check(value, block, path)) : wrong(value, block, path);
      case KeyType.Anything anything -> Optional.of(value);
    };
  }

  private Optional<JsonNode> text(JsonNode value, KeyType type, String path) {
    return value.isTextual() || value.isNumber()
        ? Optional.of(TextNode.valueOf(value.asText()))
        : wrong(value, type, path);
  }

  private Optional<JsonNode> flag(JsonNode value, KeyType type, String path) {
    var flag =
        value.isBoolean()
            ? Optional.of(value.booleanValue())
            : Optional.of(value)
                .filter(JsonNode::isTextual)
                .flatMap(v -> ScalarText.flag(v.asText()));
    return flag.isPresent()
        ? Optional.of(BooleanNode.valueOf(flag.get()))
        : wrong(value, type, path);
  }

  private Optional<JsonNode> whole(JsonNode value, KeyType.Whole type, String path) {
    var number = number(value);
    if (number.isEmpty() || number.get() != Math.rint(number.get())) {
      return wrong(value, type, path);
    }
    double whole = number.get();
    if (!type.range().contains(whole) || Math.abs(whole) > Integer.MAX_VALUE) {
      return wrong(value, type, path);
    }
    return Optional.of(IntNode.valueOf((int) whole));
  }

  private Optional<JsonNode> real(JsonNode value, KeyType.Real type, String path) {
    return number(value)
        .filter(number -> Double.isFinite(number) && type.range().contains(number))
        .<JsonNode>map(DoubleNode::valueOf)
        .or(() -> wrong(value, type, path));
  }

  private static Optional<Double> number(JsonNode value) {
    if (value.isNumber()) {
      return Optional.of(value.doubleValue());
    }
    return value.isTextual()
        ? ScalarText.number(value.asText()).map(JsonNode::doubleValue)
        : Optional.empty();
  }

  private Optional<JsonNode> choice(JsonNode value, KeyType.Choice type, String path) {
    if (value.isTextual() && type.values().contains(value.asText())) {
      return Optional.of(value);
    }
    var guess =
        KeyNames.guess(value.asText(), type.offered())
            .map(meant -> "; did you mean " + meant.name() + "?")
            .orElse("");
    findings.error(
        path, "expects %s, found %s%s".formatted(type.words(), ValueText.of(value), guess));
    return Optional.empty();
  }

  private Optional<JsonNode> list(JsonNode value, KeyType.ListOf type, String path) {
    if (!value.isArray()) {
      return wrong(value, type, path);
    }
    var list = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < value.size(); i++) {
      convert(value.get(i), type.item(), "%s[%d]".formatted(path, i)).ifPresent(list::add);
    }
    return Optional.of(list);
  }

  private Optional<JsonNode> map(JsonNode value, KeyType.MapOf type, String path) {
    if (!value.isObject()) {
      return wrong(value, type, path);
    }
    var map = JsonNodeFactory.instance.objectNode();
    value
        .properties()
        .forEach(
            entry -> {
              var place = path + "." + entry.getKey();
              if (!entry.getValue().isNull()) {
                convert(entry.getValue(), type.value(), place)
                    .ifPresent(converted -> map.set(entry.getKey(), converted));
              }
            });
    return Optional.of(map);
  }

  private Optional<JsonNode> any(JsonNode value, KeyType.AnyOf type, String path) {
    return type.forms().stream().anyMatch(form -> hasForm(value, form))
        ? Optional.of(value)
        : wrong(value, type, path);
  }

  private static boolean hasForm(JsonNode value, Form form) {
    return switch (form) {
      case TEXT -> value.isTextual();
      case NUMBER -> value.isNumber();
      case FLAG -> value.isBoolean();
      case MAPPING -> value.isObject();
      case TEXT_LIST -> value.isArray() && value.valueStream().allMatch(JsonNode::isTextual);
    };
  }

  private Optional<JsonNode> wrong(JsonNode value, KeyType type, String path) {
    findings.error(path, "expects %s, found %s".formatted(type.words(), ValueText.of(value)));
    return Optional.empty();
  }
}
