package io.llmforge.trainer.template;

import java.util.List;
import java.util.Optional;

/** An expression of a template, with the line it stands on. */
sealed interface Expression {

  int line();

  record Literal(Value value, int line) implements Expression {}

  record Name(String name, int line) implements Expression {}

  record ListLiteral(List<Expression> items, int line) implements Expression {}

  record TupleLiteral(List<Expression> items, int line) implements Expression {}

  record DictLiteral(List<Entry> entries, int line) implements Expression {
    record Entry(Expression key, Expression value) {}
  }

  record Negation(Expression operand, int line) implements Expression {}

  record Sign(Operator operator, Expression operand, int line) implements Expression {}

  record Calculation(Operator operator, Expression left, Expression right, int line)
      implements Expression {}

  record And(Expression left, Expression right, int line) implements Expression {}

  record Or(Expression left, Expression right, int line) implements Expression {}

  /** {@code a ~ b ~ c}. */
  record Concatenation(List<Expression> parts, int line) implements Expression {}

  /** {@code a < b <= c}: each pair holds. */
  record Comparison(Expression first, List<Compared> others, int line) implements Expression {
    record Compared(Relation relation, Expression value) {}
  }

  record Conditional(
      Expression condition, Expression then, Optional<Expression> otherwise, int line)
      implements Expression {}

  /** {@code target.name}. */
  record Attribute(Expression target, String name, int line) implements Expression {}

  /** {@code target[index]}. */
  record Item(Expression target, Expression index, int line) implements Expression {}

  /** {@code target[start:stop:step]}. */
  record Slice(Expression target, Bounds bounds, int line) implements Expression {
    record Bounds(
        Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step) {}
  }

  record Call(Expression function, CallArguments arguments, int line) implements Expression {}

  /**
   * {@code input | name(arguments)}.
   *
   * @param input what is filtered; nothing where a block's text is
   */
  record Filter(Optional<Expression> input, String name, CallArguments arguments, int line)
      implements Expression {}

  /** {@code input is name(arguments)}. */
  record Test(Expression input, String name, CallArguments arguments, int line)
      implements Expression {}

  /** Arguments of a call, not evaluated. */
  record CallArguments(
      List<Expression> positional,
      List<Named> named,
      Optional<Expression> morePositional,
      Optional<Expression> moreNamed) {

    static final CallArguments NONE =
        new CallArguments(List.of(), List.of(), Optional.empty(), Optional.empty());

    record Named(String name, Expression value) {}
  }

  /** Arithmetic. */
  enum Operator {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    MODULO("%"),
    POWER("**");

    private final String text;

    Operator(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** What is compared. */
  enum Relation {
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    IN("in"),
    NOT_IN("not in");

    private final String text;

    Relation(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }
}
