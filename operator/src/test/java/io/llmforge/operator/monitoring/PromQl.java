package io.llmforge.operator.monitoring;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an expression of Prometheus's query language asks for. Written for rules and dashboards:
 * subqueries and the modifier {@code @} are not understood, and refused as everything else that is
 * wrong.
 *
 * @param selectors series that are selected
 * @param labels labels that results are grouped or joined by
 */
public record PromQl(List<Selector> selectors, Set<String> labels) {

  /**
   * Series that are selected.
   *
   * @param metric name of the metric
   * @param matchers operator and value, for example {@code =Failed}, by label
   */
  public record Selector(String metric, Map<String, String> matchers) {}

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
              + "|(?<duration>[0-9]+(?:ms|[smhdwy])|[$]__rate_interval)"
              + "|(?<number>[0-9]+(?:[.][0-9]+)?(?:e[-+]?[0-9]+)?)"
              + "|(?<word>[a-zA-Z_:][a-zA-Z0-9_:]*)"
              + "|(?<sign>==|!=|=~|!~|>=|<=|[-+*/%^<>=(){}\\[\\],]))");
  private static final Set<String> AGGREGATIONS =
      Set.of("sum", "min", "max", "avg", "count", "group", "stddev", "stdvar");
  private static final Set<String> FUNCTIONS =
      Set.of("rate", "increase", "abs", "absent", "time", "changes", "delta", "histogram_quantile");
  private static final Set<String> SET_OPERATORS = Set.of("and", "or", "unless");
  private static final Set<String> OPERATORS =
      Set.of("+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=");

  /**
   * Parses an expression.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static PromQl parse(String text) {
    return new Parser(tokens(text), text).whole();
  }

  private static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text.strip());
    int end = 0;
    while (matcher.lookingAt()) {
      tokens.add(matcher.group().strip());
      end = matcher.end();
      matcher.region(end, text.strip().length());
    }
    if (end != text.strip().length()) {
      throw new IllegalArgumentException(
          "no expression from character %d: %s".formatted(end, text));
    }
    return tokens;
  }

  private static final class Parser {

    private final List<String> tokens;
    private final String text;
    private final List<Selector> selectors = new ArrayList<>();
    private final Set<String> labels = new TreeSet<>();
    private int position;

    Parser(List<String> tokens, String text) {
      this.tokens = tokens;
      this.text = text;
    }

    PromQl whole() {
      expression();
      if (position != tokens.size()) {
        throw wrong("nothing more");
      }
      return new PromQl(List.copyOf(selectors), Set.copyOf(labels));
    }

    private void expression() {
      operand();
      while (SET_OPERATORS.contains(peek()) || OPERATORS.contains(peek())) {
        position++;
        if (accept("on") || accept("ignoring")) {
          labelList();
        }
        operand();
      }
    }

    private void operand() {
      accept("-");
      if (accept("(")) {
        expression();
        expect(")");
      } else if (isNumber(peek())) {
        position++;
      } else if (AGGREGATIONS.contains(peek())) {
        aggregation();
      } else if (FUNCTIONS.contains(peek()) && "(".equals(peek(1))) {
        position++;
        arguments();
      } else {
        selector();
      }
    }

    private void aggregation() {
      position++;
      grouping();
      arguments();
      grouping();
    }

    private void grouping() {
      if (accept("by") || accept("without")) {
        labelList();
      }
    }

    private void arguments() {
      expect("(");
      if (accept(")")) {
        return;
      }
      do {
        expression();
      } while (accept(","));
      expect(")");
    }

    private void labelList() {
      expect("(");
      do {
        labels.add(word());
      } while (accept(","));
      expect(")");
    }

    private void selector() {
      String metric = word();
      Map<String, String> matchers = new LinkedHashMap<>();
      if (accept("{")) {
        do {
          String label = word();
          String operator = next();
          if (!Set.of("=", "!=", "=~", "!~").contains(operator)) {
            position--;
            throw wrong("a matcher of labels");
          }
          String value = next();
          if (!value.startsWith("\"")) {
            position--;
            throw wrong("a text");
          }
          matchers.put(label, operator + value.substring(1, value.length() - 1));
        } while (accept(","));
        expect("}");
      }
      if (accept("[")) {
        duration();
        expect("]");
      }
      if (accept("offset")) {
        duration();
      }
      selectors.add(new Selector(metric, Map.copyOf(matchers)));
    }

    private void duration() {
      if (!next().matches("[0-9]+(ms|[smhdwy])|[$]__rate_interval")) {
        position--;
        throw wrong("a duration");
      }
    }

    private String word() {
      String word = next();
      if (!word.matches("[a-zA-Z_:][a-zA-Z0-9_:]*") || SET_OPERATORS.contains(word)) {
        position--;
        throw wrong("a name");
      }
      return word;
    }

    private static boolean isNumber(String token) {
      return token.matches("[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?|Inf|NaN");
    }

    private String peek() {
      return peek(0);
    }

    private String peek(int ahead) {
      return position + ahead < tokens.size() ? tokens.get(position + ahead) : "";
    }

    private String next() {
      String token = peek();
      position++;
      return token;
    }

    private boolean accept(String token) {
      if (peek().equals(token)) {
        position++;
        return true;
      }
      return false;
    }

    private void expect(String token) {
      if (!accept(token)) {
        throw wrong(token);
      }
    }

    private IllegalArgumentException wrong(String expected) {
      return new IllegalArgumentException(
          "expected %s at '%s', token %d of: %s".formatted(expected, peek(), position, text));
    }
  }
}
