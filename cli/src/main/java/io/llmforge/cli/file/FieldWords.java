package io.llmforge.cli.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.Spelling;
import io.llmforge.crds.config.ValueText;
import io.llmforge.crds.config.YamlDocument;
import io.llmforge.crds.config.YamlReading;
import io.llmforge.localcluster.api.schema.Schema;
import io.llmforge.localcluster.api.status.Cause;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says what an API server refuses in the words that the reader of configs has for such things. */
final class FieldWords {

  private static final Pattern BEFORE_THE_RULE = Pattern.compile("^Invalid value: \"[a-z]*\": ");
  private static final Pattern AFTER_THE_FIRST_SENTENCE = Pattern.compile("(?s)[.]( .*)?$");

  private static final String CONFIG = "config";

  private FieldWords() {}

  /** A field that the schema does not have. */
  static String unknown(FieldPlace place) {
    if (place.siblings().property(CONFIG).flatMap(c -> c.property(place.name())).isPresent()) {
      return "is a key of the config; move it into spec.config";
    }
    List<String> known = place.known();
    return Spelling.nearest(place.name(), known)
        .map("is not a field of a FineTuneJob; did you mean %s?"::formatted)
        .orElse("is not a field of a FineTuneJob; there are " + String.join(", ", known));
  }

  /** A value that does not fit its schema. */
  static String misfit(Cause cause, FieldPlace place) {
    JsonNode rules = place.schema().node();
    return switch (cause.kind()) {
      case FieldValueRequired -> "is missing" + purpose(rules);
      case FieldValueDuplicate -> "is in the list twice; keep one of them";
      case FieldValueInvalid,
          FieldValueNotSupported,
          FieldValueForbidden,
          FieldValueTooLong,
          FieldValueTooMany,
          FieldValueTypeInvalid,
          FieldManagerConflict,
          NamespaceTerminating ->
          "expects %s, found %s%s"
              .formatted(expected(place.schema()), found(place.value()), hint(cause, place));
    };
  }

  /** A value that breaks a rule which has words of its own. */
  static String broken(Cause cause, FieldPlace place) {
    String rule = BEFORE_THE_RULE.matcher(cause.message()).replaceFirst("");
    return place.value().isTextual()
        ? "%s, found '%s'".formatted(rule, place.value().asText())
        : rule;
  }

  private static String expected(Schema schema) {
    JsonNode rules = schema.node();
    if (rules.has("enum")) {
      List<String> values =
          rules
              .get("enum")
              .valueStream()
              .filter(one -> !one.isNull())
              .map(JsonNode::asText)
              .toList();
      return "one of " + String.join(", ", values);
    }
    return switch (schema.type()) {
      case "string" -> text(rules);
      case "integer" -> "a whole number" + range(rules);
      case "number" -> "a number" + range(rules);
      case "boolean" -> "true or false";
      case "array" -> "a list" + size(rules);
      case "object" -> "a mapping";
      default -> "another value";
    };
  }

  private static String text(JsonNode rules) {
    boolean isRequired = rules.path("minLength").asInt() > 0;
    return "text"
        + (isRequired ? " that is not empty" : "")
        + length(rules)
        + (rules.has("pattern") ? ", of the form " + rules.get("pattern").asText() : "");
  }

  private static String length(JsonNode rules) {
    JsonNode most = rules.path("maxLength");
    return most.isNumber() ? ", at most %d characters".formatted(most.asInt()) : "";
  }

  private static String size(JsonNode rules) {
    JsonNode most = rules.path("maxItems");
    return most.isNumber() ? " of at most " + most.asInt() : "";
  }

  private static String range(JsonNode rules) {
    String above = rules.path("exclusiveMinimum").asBoolean() ? "above " : "at least ";
    String below = rules.path("exclusiveMaximum").asBoolean() ? "below " : "at most ";
    String bounds =
        Stream.of(bound(rules, "minimum", above), bound(rules, "maximum", below))
            .flatMap(Optional::stream)
            .collect(Collectors.joining(" and "));
    return bounds.isEmpty() ? "" : ", " + bounds;
  }

  private static Optional<String> bound(JsonNode rules, String bound, String word) {
    return Optional.ofNullable(rules.get(bound))
        .map(number -> word + number.decimalValue().stripTrailingZeros().toPlainString());
  }

  private static String found(JsonNode value) {
    return value.isArray() ? "a list of " + value.size() : ValueText.of(value);
  }

  private static String hint(Cause cause, FieldPlace place) {
    JsonNode value = place.value();
    String type = place.schema().type();
    if (cause.kind() != Cause.Kind.FieldValueTypeInvalid) {
      return place.schema().node().has("pattern") ? purpose(place.schema().node()) : "";
    }
    if (type.equals("string") && value.isValueNode() && !value.isNull()) {
      return "; put it in quotes: \"%s\"".formatted(value.asText());
    }
    return value.isTextual() && isOfType(type, value.asText()) ? "; remove the quotes" : "";
  }

  private static boolean isOfType(String type, String text) {
    return YamlDocument.parse(text) instanceof YamlReading.Read read
        && switch (type) {
          case "boolean" -> read.document().root().isBoolean();
          case "integer" -> read.document().root().isIntegralNumber();
          case "number" -> read.document().root().isNumber();
          default -> false;
        };
  }

  /** What the field is, in the words of its description. */
  private static String purpose(JsonNode rules) {
    String description = rules.path("description").asText();
    return description.isEmpty()
        ? ""
        : " (%s)".formatted(AFTER_THE_FIRST_SENTENCE.matcher(description).replaceFirst(""));
  }
}
