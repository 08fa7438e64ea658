package io.llmforge.trainer.recipe;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Collectors;

/** Markdown and YAML that hold whatever text they are given. */
final class CardText {

  private static final int DIGITS = 6;

  private CardText() {}

  /** A YAML text in double quotes, which has the escapes of JSON. */
  static String quoted(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  /** A table; its cells are words of users, which must not end it. */
  static String table(List<String> head, List<List<String>> rows) {
    String line = head.stream().map(ignored -> "---").collect(Collectors.joining(" | "));
    return "| %s |\n| %s |\n%s"
        .formatted(
            String.join(" | ", head),
            line,
            rows.stream()
                .map(row -> row.stream().map(CardText::cell).collect(Collectors.joining(" | ")))
                .map("| %s |\n"::formatted)
                .collect(Collectors.joining()));
  }

  /** Code in a line; it must not hold what ends it. */
  static String code(String text) {
    return "`" + text.replace('`', '\'') + "`";
  }

  /** Six digits at most. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(DIGITS)).stripTrailingZeros();
    // Whole numbers have no exponent.
    return rounded.scale() < 0 ? rounded.toPlainString() : rounded.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replaceAll("\\s+", " ");
  }
}
