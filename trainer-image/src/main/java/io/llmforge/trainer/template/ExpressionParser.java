package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Expression.And;
import io.llmforge.trainer.template.Expression.Calculation;
import io.llmforge.trainer.template.Expression.Comparison;
import io.llmforge.trainer.template.Expression.Comparison.Compared;
import io.llmforge.trainer.template.Expression.Concatenation;
import io.llmforge.trainer.template.Expression.Conditional;
import io.llmforge.trainer.template.Expression.Filter;
import io.llmforge.trainer.template.Expression.Negation;
import io.llmforge.trainer.template.Expression.Operator;
import io.llmforge.trainer.template.Expression.Or;
import io.llmforge.trainer.template.Expression.Relation;
import io.llmforge.trainer.template.Expression.TupleLiteral;
import io.llmforge.trainer.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Expressions, from the operator that binds least to the one that binds most: {@code if else},
 * {@code or}, {@code and}, {@code not}, comparisons, {@code + -}, {@code ~}, {@code * / // %},
 * {@code **}, signs. Filters and tests bind more than signs do.
 */
final class ExpressionParser {

  private static final Map<String, Relation> RELATIONS =
      Map.of(
          "==", Relation.EQUAL,
          "!=", Relation.NOT_EQUAL,
          "<", Relation.LESS,
          "<=", Relation.LESS_OR_EQUAL,
          ">", Relation.GREATER,
          ">=", Relation.GREATER_OR_EQUAL);
  private static final Map<String, Operator> SUMS =
      Map.of("+", Operator.ADD, "-", Operator.SUBTRACT);
  private static final Map<String, Operator> PRODUCTS =
      Map.of(
          "*", Operator.MULTIPLY,
          "/", Operator.DIVIDE,
          "//", Operator.FLOOR_DIVIDE,
          "%", Operator.MODULO);
  private static final Map<String, Operator> POWERS = Map.of("**", Operator.POWER);

  /** Deeper nesting than any template has; Python's parser stops too. */
  private static final int MOST_NESTED = 150;

  private final TokenReader tokens;
  private final OperandParser operands;
  private final SignParser signs;
  private int nested;

  ExpressionParser(TokenReader tokens, MentionedNames mentioned) {
    this.tokens = tokens;
    this.operands = new OperandParser(tokens, this, mentioned);
    this.signs = new SignParser(tokens, operands);
  }

  Expression expression() {
    if (++nested > MOST_NESTED) {
      throw tokens.failure("expressions are nested more than %d deep".formatted(MOST_NESTED));
    }
    int line = tokens.line();
    Expression result = or();
    while (tokens.skipName("if")) {
      Expression condition = or();
      Optional<Expression> otherwise =
          tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
      result = new Conditional(condition, result, otherwise, line);
    }
    nested--;
    return result;
  }

  /** One expression, or several with commas between them as a tuple. */
  Expression tuple() {
    return tuple(this::expression, "");
  }

  /**
   * A tuple of expressions without {@code if}, which belongs to the statement.
   *
   * @param end a name that ends it, or empty
   */
  Expression tupleWithoutCondition(String end) {
    return tuple(this::or, end);
  }

  /** A primary expression or several, as assignments take them. */
  Expression target(String end) {
    return tuple(operands::primary, end);
  }

  /** A name or literal alone. */
  Expression operand() {
    return operands.primary();
  }

  /** {@code name(arguments)} of a filter, and the filters after it. */
  Filter filters(Optional<Expression> input) {
    Filter filter = operands.filter(input);
    while (tokens.skipOperator("|")) {
      filter = operands.filter(Optional.of(filter));
    }
    return filter;
  }

  /** What stands in parentheses: maybe nothing, which is the empty tuple. */
  Expression parenthesised() {
    int line = tokens.line();
    return tokens.isAtOperator(")") ? new TupleLiteral(List.of(), line) : tuple();
  }

  private Expression tuple(Supplier<Expression> element, String end) {
    int line = tokens.line();
    List<Expression> items = new ArrayList<>();
    boolean isTuple = false;
    while (!isTupleEnd(end)) {
      items.add(element.get());
      if (!tokens.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (items.isEmpty()) {
      throw tokens.unexpected("an expression");
    }
    return isTuple ? new TupleLiteral(items, line) : items.getFirst();
  }

  private boolean isTupleEnd(String end) {
    return tokens.isAt(Kind.VARIABLE_END)
        || tokens.isAt(Kind.BLOCK_END)
        || tokens.isAtOperator(")")
        || (!end.isEmpty() && tokens.isAtName(end));
  }

  private Expression or() {
    int line = tokens.line();
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Or(left, and(), line);
    }
    return left;
  }

  private Expression and() {
    int line = tokens.line();
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new And(left, not(), line);
    }
    return left;
  }

  private Expression not() {
    int line = tokens.line();
    if (!tokens.skipName("not")) {
      return comparison();
    }
    if (++nested > MOST_NESTED) {
      throw tokens.failure("'not' is repeated more than %d times".formatted(MOST_NESTED));
    }
    Expression operand = not();
    nested--;
    return new Negation(operand, line);
  }

  private Expression comparison() {
    int line = tokens.line();
    Expression first = sum();
    List<Compared> others = new ArrayList<>();
    for (Optional<Relation> next = relation(); next.isPresent(); next = relation()) {
      others.add(new Compared(next.get(), sum()));
    }
    return others.isEmpty() ? first : new Comparison(first, others, line);
  }

  private Optional<Relation> relation() {
    Token token = tokens.current();
    if (token.kind() == Kind.OPERATOR && RELATIONS.containsKey(token.text())) {
      tokens.next();
      return Optional.ofNullable(RELATIONS.get(token.text()));
    }
    if (tokens.skipName("in")) {
      return Optional.of(Relation.IN);
    }
    if (tokens.isAtName("not") && tokens.following().isName("in")) {
      tokens.next();
      tokens.next();
      return Optional.of(Relation.NOT_IN);
    }
    return Optional.empty();
  }

  private Expression sum() {
    return calculation(SUMS, this::concatenation);
  }

  private Expression concatenation() {
    int line = tokens.line();
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : new Concatenation(parts, line);
  }

  private Expression product() {
    return calculation(PRODUCTS, () -> calculation(POWERS, signs::filtered));
  }

  private Expression calculation(Map<String, Operator> operators, Supplier<Expression> operand) {
    int line = tokens.line();
    Expression left = operand.get();
    while (tokens.isAt(Kind.OPERATOR)) {
      Operator operator = operators.get(tokens.current().text());
      if (operator == null) {
        break;
      }
      tokens.next();
      left = new Calculation(operator, left, operand.get(), line);
    }
    return left;
  }
}
