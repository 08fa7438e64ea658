package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Token.Kind;
import java.util.List;

/** The tokens of a template, one after the other. */
final class TokenReader {

  private final List<Token> tokens;
  private int position;

  TokenReader(List<Token> tokens) {
    this.tokens = List.copyOf(tokens);
  }

  Token current() {
    return tokens.get(position);
  }

  Token following() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  boolean isAt(Kind kind) {
    return current().kind() == kind;
  }

  boolean isAtOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean isAtName(String name) {
    return current().isName(name);
  }

  /** The current token; the next one becomes current. */
  Token next() {
    Token token = current();
    if (token.kind() != Kind.END) {
      position++;
    }
    return token;
  }

  boolean skipOperator(String operator) {
    boolean found = isAtOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipName(String name) {
    boolean found = isAtName(name);
    if (found) {
      next();
    }
    return found;
  }

  Token expect(Kind kind) {
    if (!isAt(kind)) {
      throw unexpected(kind.description());
    }
    return next();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  TemplateException unexpected(String wanted) {
    return failure("%s stands where %s is due".formatted(current().shown(), wanted));
  }

  TemplateException failure(String reason) {
    return new TemplateException(line(), reason);
  }
}
