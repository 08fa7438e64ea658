package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Expression.Name;
import io.llmforge.trainer.template.Expression.TupleLiteral;
import io.llmforge.trainer.template.Statement.Signature.Parameter;
import io.llmforge.trainer.template.Statement.Target;
import io.llmforge.trainer.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is assigned to, and the parameters of macros. */
final class TargetParser {

  private final TokenReader tokens;
  private final ExpressionParser expressions;

  TargetParser(TokenReader tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** Names that an expression consists of. */
  Target of(Expression expression) {
    return switch (expression) {
      case Name name -> new Target.Variable(name.name());
      case TupleLiteral tuple -> new Target.Unpacked(tuple.items().stream().map(this::of).toList());
      default -> throw tokens.failure("only names can be assigned to");
    };
  }

  /** Names, of which {@code namespace.attribute} is one too. */
  Target withNamespace() {
    List<Target> found = new ArrayList<>();
    boolean isTuple = false;
    while (!tokens.isAt(Kind.BLOCK_END) && !tokens.isAtOperator("=")) {
      found.add(single());
      if (!tokens.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (found.isEmpty()) {
      throw tokens.unexpected("a name");
    }
    return isTuple ? new Target.Unpacked(found) : found.getFirst();
  }

  List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.isAtOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      String name = tokens.expect(Kind.NAME).text();
      Optional<Expression> ifAbsent =
          tokens.skipOperator("=") ? Optional.of(expressions.expression()) : Optional.empty();
      if (ifAbsent.isEmpty()
          && !parameters.isEmpty()
          && parameters.getLast().ifAbsent().isPresent()) {
        throw tokens.failure("a parameter without default stands after one with a default");
      }
      parameters.add(new Parameter(name, ifAbsent));
    }
    tokens.expectOperator(")");
    return parameters;
  }

  private Target single() {
    if (tokens.skipOperator("(")) {
      Target inside = of(expressions.parenthesised());
      tokens.expectOperator(")");
      return inside;
    }
    if (tokens.isAt(Kind.NAME) && tokens.following().isOperator(".")) {
      String namespace = tokens.next().text();
      tokens.next();
      return new Target.NamespaceAttribute(namespace, tokens.expect(Kind.NAME).text());
    }
    return of(expressions.operand());
  }
}
