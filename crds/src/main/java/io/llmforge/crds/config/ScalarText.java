package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Tag;

/** What texts mean as YAML scalars and as numbers that were written as text. */
final class ScalarText {

  private static final Set<String> TRUE = Set.of("true", "yes", "on");
  private static final Set<String> FALSE = Set.of("false", "no", "off");
  private static final Set<String> INFINITY = Set.of(".inf", "+.inf", "inf", "+inf", "infinity");
  private static final Set<String> MINUS_INFINITY = Set.of("-.inf", "-inf", "-infinity");
  private static final Set<String> NOT_A_NUMBER = Set.of(".nan", "nan");

  private static final Pattern WHOLE = Pattern.compile("[-+]?(0|[1-9][0-9_]{0,40})");
  private static final Pattern REAL =
      Pattern.compile(
          "[-+]?([0-9][0-9_]{0,40}([.][0-9_]{0,40})?|[.][0-9][0-9_]{0,40})([eE][-+]?[0-9]{1,4})?");

  private ScalarText() {}

  /** The value of a YAML scalar; empty when its tag is not one of plain data. */
  static Optional<JsonNode> value(Tag tag, String text) {
    if (tag.equals(Tag.NULL)) {
      return Optional.of(NullNode.instance);
    }
    if (tag.equals(Tag.BOOL)) {
      return Optional.of(
          flag(text).<JsonNode>map(BooleanNode::valueOf).orElse(TextNode.valueOf(text)));
    }
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return Optional.of(number(text).orElse(TextNode.valueOf(text)));
    }
    return tag.equals(Tag.STR) || tag.equals(Tag.TIMESTAMP)
        ? Optional.of(TextNode.valueOf(text))
        : Optional.empty();
  }

  /** The number that a text shows: {@code 1e-4}, {@code 53_687_091_200}, {@code .inf}. */
  static Optional<JsonNode> number(String text) {
    var plain = text.strip();
    var lower = plain.toLowerCase(Locale.ROOT);
    if (WHOLE.matcher(plain).matches()) {
      return Optional.of(whole(new BigInteger(plain.replace("_", "").replace("+", ""))));
    }
    if (REAL.matcher(plain).matches()) {
      return Optional.of(DecimalNode.valueOf(new BigDecimal(plain.replace("_", ""))));
    }
    if (INFINITY.contains(lower)) {
      return Optional.of(DoubleNode.valueOf(Double.POSITIVE_INFINITY));
    }
    if (MINUS_INFINITY.contains(lower)) {
      return Optional.of(DoubleNode.valueOf(Double.NEGATIVE_INFINITY));
    }
    return NOT_A_NUMBER.contains(lower)
        ? Optional.of(DoubleNode.valueOf(Double.NaN))
        : Optional.empty();
  }

  static Optional<Boolean> flag(String text) {
    var lower = text.strip().toLowerCase(Locale.ROOT);
    if (TRUE.contains(lower)) {
      return Optional.of(true);
    }
    return FALSE.contains(lower) ? Optional.of(false) : Optional.empty();
  }

  private static JsonNode whole(BigInteger value) {
    return value.bitLength() < Long.SIZE
        ? JsonNodeFactory.instance.numberNode(value.longValue())
        : JsonNodeFactory.instance.numberNode(value);
  }
}
