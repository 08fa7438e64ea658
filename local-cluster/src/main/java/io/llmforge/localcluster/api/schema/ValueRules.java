package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rules of a schema for a single value: enum, bounds, lengths, pattern, format. */
final class ValueRules {
  private final ObjectNode rules;
  private final JsonNode value;
  private final String path;
  private final List<Cause> causes;

  private ValueRules(ObjectNode rules, JsonNode value, String path, List<Cause> causes) {
    this.rules = rules;
    this.value = value;
    this.path = path;
    this.causes = causes;
  }

  static void check(ObjectNode rules, JsonNode value, String path, List<Cause> causes) {
    ValueRules check = new ValueRules(rules, value, path, causes);
    check.checkEnum();
    if (value.isNumber()) {
      check.checkNumber(value.decimalValue());
    } else if (value.isTextual()) {
      check.checkText(value.asText());
    } else if (value.isArray()) {
      check.checkSize("Items", "items");
    } else if (value.isObject()) {
      check.checkSize("Properties", "properties");
    }
  }

  private void checkEnum() {
    JsonNode allowed = rules.path("enum");
    if (allowed.isEmpty() || allowed.valueStream().anyMatch(one -> Json.same(one, value))) {
      return;
    }
    String supported = allowed.valueStream().map(Json::text).collect(Collectors.joining(", "));
    causes.add(Cause.unsupported(path, Json.text(value), supported));
  }

  private void checkNumber(BigDecimal number) {
    Optional<BigDecimal> minimum = bound("minimum");
    if (minimum.isPresent()) {
      boolean exclusive = rules.path("exclusiveMinimum").asBoolean(false);
      int order = number.compareTo(minimum.get());
      if (order < 0 || (exclusive && order == 0)) {
        String relation = exclusive ? "greater than " : "greater than or equal to ";
        refuse("should be " + relation + plain(minimum.get()));
      }
    }
    Optional<BigDecimal> maximum = bound("maximum");
    if (maximum.isPresent()) {
      boolean exclusive = rules.path("exclusiveMaximum").asBoolean(false);
      int order = number.compareTo(maximum.get());
      if (order > 0 || (exclusive && order == 0)) {
        String relation = exclusive ? "less than " : "less than or equal to ";
        refuse("should be " + relation + plain(maximum.get()));
      }
    }
    Optional<BigDecimal> step = bound("multipleOf");
    if (step.isPresent() && number.remainder(step.get()).signum() != 0) {
      refuse("should be a multiple of " + plain(step.get()));
    }
  }

  private Optional<BigDecimal> bound(String rule) {
    return Optional.ofNullable(rules.get(rule)).map(JsonNode::decimalValue);
  }

  private static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  private void checkText(String text) {
    int length = text.codePointCount(0, text.length());
    if (length < rules.path("minLength").asInt(0)) {
      refuse("should be at least " + rules.path("minLength").asInt() + " chars long");
    }
    if (rules.has("maxLength") && length > rules.path("maxLength").asInt()) {
      causes.add(
          new Cause(
              Cause.Kind.FieldValueTooLong,
              path,
              "Too long: may not be more than " + rules.path("maxLength").asInt() + " bytes"));
    }
    String pattern = Json.textAt(rules, "pattern");
    if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(text).find()) {
      refuse("should match '" + pattern + "'");
    }
    String format = Json.textAt(rules, "format");
    if (!Formats.fits(format, text)) {
      refuse("must be of type " + format + ": " + Json.text(value));
    }
  }

  private void checkSize(String suffix, String noun) {
    int size = value.size();
    if (size < rules.path("min" + suffix).asInt(0)) {
      refuse("should have at least " + rules.path("min" + suffix).asInt() + " " + noun);
    }
    if (rules.has("max" + suffix) && size > rules.path("max" + suffix).asInt()) {
      causes.add(
          new Cause(
              Cause.Kind.FieldValueTooMany,
              path,
              "Too many: "
                  + size
                  + ": must have at most "
                  + rules.path("max" + suffix).asInt()
                  + " items"));
    }
  }

  private void refuse(String rule) {
    String shown =
        value.isContainerNode() ? "\"" + Validator.typeOf(value) + "\"" : Json.text(value);
    causes.add(Cause.invalid(path, shown, path + " in body " + rule));
  }
}
