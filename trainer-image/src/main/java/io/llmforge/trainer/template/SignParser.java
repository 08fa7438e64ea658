package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Expression.CallArguments;
import io.llmforge.trainer.template.Expression.Negation;
import io.llmforge.trainer.template.Expression.Operator;
import io.llmforge.trainer.template.Expression.Sign;
import io.llmforge.trainer.template.Expression.Test;
import java.util.List;
import java.util.Optional;

/** Signs, filters and tests: {@code -x | f is t} filters and tests {@code -x}. */
final class SignParser {

  private static final int MOST_SIGNS = 150;

  private final TokenReader tokens;
  private final OperandParser operands;
  private int signs;

  SignParser(TokenReader tokens, OperandParser operands) {
    this.tokens = tokens;
    this.operands = operands;
  }

  /** An operand with its sign, and the filters and tests behind it. */
  Expression filtered() {
    Expression result = signed();
    while (true) {
      int line = tokens.line();
      if (tokens.skipOperator("|")) {
        result = operands.filter(Optional.of(result));
      } else if (tokens.skipName("is")) {
        result = test(result, line);
      } else if (tokens.isAtOperator("(")) {
        result = new Expression.Call(result, operands.arguments(), line);
      } else {
        return result;
      }
    }
  }

  private Expression signed() {
    int line = tokens.line();
    if (!tokens.isAtOperator("-") && !tokens.isAtOperator("+")) {
      return operands.postfixed(operands.primary());
    }
    Operator operator = tokens.next().text().equals("-") ? Operator.SUBTRACT : Operator.ADD;
    if (++signs > MOST_SIGNS) {
      throw tokens.failure("signs are repeated more than %d times".formatted(MOST_SIGNS));
    }
    Expression operand = signed();
    signs--;
    return operands.postfixed(new Sign(operator, operand, line));
  }

  private Expression test(Expression input, int line) {
    boolean negated = tokens.skipName("not");
    String name = operands.dottedName();
    CallArguments arguments = CallArguments.NONE;
    if (tokens.isAtOperator("(")) {
      arguments = operands.arguments();
    } else if (takesArgument()) {
      if (tokens.isAtName("is")) {
        throw tokens.failure("tests with 'is' cannot be chained; use 'and'");
      }
      arguments =
          new CallArguments(
              List.of(operands.postfixed(operands.primary())),
              List.of(),
              Optional.empty(),
              Optional.empty());
    }
    Expression test = new Test(input, name, arguments, line);
    return negated ? new Negation(test, line) : test;
  }

  /** Whether a test's only argument stands behind it without parentheses. */
  private boolean takesArgument() {
    return switch (tokens.current().kind()) {
      case NAME -> !tokens.isAtName("else") && !tokens.isAtName("or") && !tokens.isAtName("and");
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> tokens.isAtOperator("[") || tokens.isAtOperator("{");
      case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END -> false;
    };
  }
}
