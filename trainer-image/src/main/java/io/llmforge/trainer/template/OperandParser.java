package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Expression.Attribute;
import io.llmforge.trainer.template.Expression.Call;
import io.llmforge.trainer.template.Expression.CallArguments;
import io.llmforge.trainer.template.Expression.CallArguments.Named;
import io.llmforge.trainer.template.Expression.DictLiteral;
import io.llmforge.trainer.template.Expression.Filter;
import io.llmforge.trainer.template.Expression.Item;
import io.llmforge.trainer.template.Expression.ListLiteral;
import io.llmforge.trainer.template.Expression.Literal;
import io.llmforge.trainer.template.Expression.Name;
import io.llmforge.trainer.template.Expression.Slice;
import io.llmforge.trainer.template.Token.Kind;
import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What operators stand between: names, literals, and what follows them at once. */
final class OperandParser {

  private final TokenReader tokens;
  private final ExpressionParser expressions;
  private final MentionedNames mentioned;

  OperandParser(TokenReader tokens, ExpressionParser expressions, MentionedNames mentioned) {
    this.tokens = tokens;
    this.expressions = expressions;
    this.mentioned = mentioned;
  }

  Expression primary() {
    int line = tokens.line();
    Token token = tokens.current();
    switch (token.kind()) {
      case NAME -> {
        tokens.next();
        return named(token);
      }
      case STRING -> {
        return strings(line);
      }
      case INTEGER, FLOAT -> {
        tokens.next();
        return new Literal(Numbers.literal(token), line);
      }
      case OPERATOR -> {
        return bracketed(line);
      }
      case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END ->
          throw tokens.unexpected("an expression");
    }
    throw new IllegalStateException("no such token: " + token);
  }

  /** Attributes, indices and calls behind an operand. */
  Expression postfixed(Expression operand) {
    Expression result = operand;
    while (true) {
      int line = tokens.line();
      if (tokens.skipOperator(".")) {
        result = attribute(result, line);
      } else if (tokens.skipOperator("[")) {
        result = subscript(result, line);
      } else if (tokens.isAtOperator("(")) {
        result = new Call(result, arguments(), line);
      } else {
        return result;
      }
    }
  }

  Filter filter(Optional<Expression> input) {
    int line = tokens.line();
    String name = dottedName();
    CallArguments arguments = tokens.isAtOperator("(") ? arguments() : CallArguments.NONE;
    return new Filter(input, name, arguments, line);
  }

  String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Kind.NAME).text());
    }
    return name.toString();
  }

  CallArguments arguments() {
    List<Expression> positional = new ArrayList<>();
    List<Named> named = new ArrayList<>();
    Optional<Expression> morePositional = Optional.empty();
    Optional<Expression> moreNamed = Optional.empty();
    tokens.expectOperator("(");
    while (!tokens.isAtOperator(")")) {
      if (tokens.skipOperator("*")) {
        require(morePositional.isEmpty() && moreNamed.isEmpty());
        morePositional = Optional.of(expressions.expression());
      } else if (tokens.skipOperator("**")) {
        require(moreNamed.isEmpty());
        moreNamed = Optional.of(expressions.expression());
      } else if (tokens.isAt(Kind.NAME) && tokens.following().isOperator("=")) {
        require(moreNamed.isEmpty());
        String name = tokens.next().text();
        tokens.next();
        named.add(new Named(name, expressions.expression()));
      } else {
        require(morePositional.isEmpty() && moreNamed.isEmpty() && named.isEmpty());
        positional.add(expressions.expression());
      }
      if (!tokens.isAtOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    tokens.expectOperator(")");
    return new CallArguments(positional, named, morePositional, moreNamed);
  }

  private void require(boolean holds) {
    if (!holds) {
      throw tokens.failure(
          "arguments of a call are out of order; by position first, then by name, then * and **");
    }
  }

  private Expression named(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Literal(Bool.TRUE, token.line());
      case "false", "False" -> new Literal(Bool.FALSE, token.line());
      case "none", "None" -> new Literal(None.NONE, token.line());
      default -> {
        mentioned.mention(token.text());
        yield new Name(token.text(), token.line());
      }
    };
  }

  /** Strings side by side are one. */
  private Expression strings(int line) {
    StringBuilder text = new StringBuilder();
    while (tokens.isAt(Kind.STRING)) {
      text.append(tokens.next().text());
    }
    return new Literal(new Text(text.toString()), line);
  }

  private Expression bracketed(int line) {
    if (tokens.skipOperator("(")) {
      Expression inside = expressions.parenthesised();
      tokens.expectOperator(")");
      return inside;
    }
    if (tokens.skipOperator("[")) {
      List<Expression> items = new ArrayList<>();
      while (!tokens.isAtOperator("]")) {
        items.add(expressions.expression());
        commaUnlessAt("]");
      }
      tokens.expectOperator("]");
      return new ListLiteral(items, line);
    }
    if (tokens.skipOperator("{")) {
      return dict(line);
    }
    throw tokens.unexpected("an expression");
  }

  private Expression dict(int line) {
    List<DictLiteral.Entry> entries = new ArrayList<>();
    while (!tokens.isAtOperator("}")) {
      Expression key = expressions.expression();
      tokens.expectOperator(":");
      entries.add(new DictLiteral.Entry(key, expressions.expression()));
      commaUnlessAt("}");
    }
    tokens.expectOperator("}");
    return new DictLiteral(entries, line);
  }

  private Expression attribute(Expression target, int line) {
    if (tokens.isAt(Kind.INTEGER)) {
      return new Item(target, new Literal(Numbers.literal(tokens.next()), line), line);
    }
    if (!tokens.isAt(Kind.NAME)) {
      throw tokens.unexpected("a name or number");
    }
    return new Attribute(target, tokens.next().text(), line);
  }

  private Expression subscript(Expression target, int line) {
    if (tokens.isAtOperator("]")) {
      throw tokens.unexpected("an index");
    }
    Optional<Expression> start = bound();
    if (start.isPresent() && !tokens.isAtOperator(":")) {
      if (tokens.isAtOperator(",")) {
        throw tokens.failure("an index of several values is not supported");
      }
      tokens.expectOperator("]");
      return new Item(target, start.get(), line);
    }
    tokens.expectOperator(":");
    Optional<Expression> stop = bound();
    Optional<Expression> step = tokens.skipOperator(":") ? bound() : Optional.empty();
    tokens.expectOperator("]");
    return new Slice(target, new Slice.Bounds(start, stop, step), line);
  }

  private Optional<Expression> bound() {
    return tokens.isAtOperator(":") || tokens.isAtOperator("]")
        ? Optional.empty()
        : Optional.of(expressions.expression());
  }

  private void commaUnlessAt(String end) {
    if (!tokens.isAtOperator(end)) {
      tokens.expectOperator(",");
    }
  }
}
