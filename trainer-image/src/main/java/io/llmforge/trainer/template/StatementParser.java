package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Expression.Call;
import io.llmforge.trainer.template.Expression.Filter;
import io.llmforge.trainer.template.Statement.Assign;
import io.llmforge.trainer.template.Statement.AssignBlock;
import io.llmforge.trainer.template.Statement.Break;
import io.llmforge.trainer.template.Statement.CallBlock;
import io.llmforge.trainer.template.Statement.Continue;
import io.llmforge.trainer.template.Statement.Data;
import io.llmforge.trainer.template.Statement.FilterBlock;
import io.llmforge.trainer.template.Statement.For;
import io.llmforge.trainer.template.Statement.Generation;
import io.llmforge.trainer.template.Statement.If;
import io.llmforge.trainer.template.Statement.Macro;
import io.llmforge.trainer.template.Statement.Output;
import io.llmforge.trainer.template.Statement.Signature;
import io.llmforge.trainer.template.Statement.Target;
import io.llmforge.trainer.template.Statement.With;
import io.llmforge.trainer.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Statements: data, output and blocks up to their end tags. */
final class StatementParser {

  private static final Set<String> IMPLICIT = Set.of("caller", "kwargs", "varargs");
  private static final int MOST_NESTED = 100;

  private final TokenReader tokens;
  private final MentionedNames mentioned = new MentionedNames();
  private final ExpressionParser expressions;
  private final TargetParser targets;

  /** Loops around the current place, up to the next macro or block that is called. */
  private int loops;

  private int nested;

  private StatementParser(TokenReader tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens, mentioned);
    this.targets = new TargetParser(tokens, expressions);
  }

  static List<Statement> parse(String source) {
    return new StatementParser(new TokenReader(Lexer.tokens(source))).statements(List.of());
  }

  /** Statements up to one of the end tags, whose name is then current. */
  private List<Statement> statements(List<String> ends) {
    List<Statement> statements = new ArrayList<>();
    while (!tokens.isAt(Kind.END)) {
      Token token = tokens.next();
      if (token.kind() == Kind.DATA) {
        statements.add(new Data(token.text(), token.line()));
      } else if (token.kind() == Kind.VARIABLE_BEGIN) {
        statements.add(new Output(expressions.tuple(), token.line()));
        tokens.expect(Kind.VARIABLE_END);
      } else if (ends.stream().anyMatch(tokens::isAtName)) {
        return statements;
      } else {
        statements.addAll(statement());
        tokens.expect(Kind.BLOCK_END);
      }
    }
    if (!ends.isEmpty()) {
      throw tokens.failure(
          "the template ends where {%% %s %%} is due".formatted(String.join(" or ", ends)));
    }
    return statements;
  }

  /** The body of a block, and its end tag. */
  private List<Statement> body(String end) {
    List<Statement> body = body(List.of(end));
    tokens.next();
    return body;
  }

  private List<Statement> body(List<String> ends) {
    if (++nested > MOST_NESTED) {
      throw tokens.failure("blocks are nested more than %d deep".formatted(MOST_NESTED));
    }
    tokens.skipOperator(":");
    tokens.expect(Kind.BLOCK_END);
    List<Statement> body = statements(ends);
    nested--;
    return body;
  }

  private List<Statement> statement() {
    Token name = tokens.expect(Kind.NAME);
    int line = name.line();
    return switch (name.text()) {
      case "if" -> List.of(conditional(line));
      case "for" -> List.of(loop(line));
      case "set" -> List.of(assignment(line));
      case "macro" -> List.of(macro(line));
      case "call" -> List.of(call(line));
      case "filter" -> {
        Filter filter = expressions.filters(Optional.empty());
        yield List.of(new FilterBlock(filter, body("endfilter"), line));
      }
      case "with" -> List.of(with(line));
      case "print" -> print(line);
      case "generation" -> List.of(new Generation(calledBody("endgeneration"), line));
      case "break" -> List.of(new Break(inLoop(line)));
      case "continue" -> List.of(new Continue(inLoop(line)));
      case "include", "import", "from", "extends", "block", "autoescape" ->
          throw new TemplateException(
              line, "{%% %s %%} is not supported in chat templates".formatted(name.text()));
      default ->
          throw new TemplateException(line, "there is no tag {%% %s %%}".formatted(name.text()));
    };
  }

  private Statement conditional(int line) {
    List<If.Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    while (true) {
      Expression condition = expressions.tupleWithoutCondition("");
      branches.add(new If.Branch(condition, body(List.of("elif", "else", "endif"))));
      String end = tokens.next().text();
      if (end.equals("else")) {
        otherwise = body("endif");
      }
      if (!end.equals("elif")) {
        return new If(branches, otherwise, line);
      }
    }
  }

  private Statement loop(int line) {
    Target target = targets.of(expressions.target("in"));
    tokens.expectName("in");
    Expression items = expressions.tupleWithoutCondition("recursive");
    Optional<Expression> condition =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    For.Recursion recursion =
        tokens.skipName("recursive") ? For.Recursion.RECURSIVE : For.Recursion.NONE;
    loops++;
    List<Statement> body = body(List.of("endfor", "else"));
    loops--;
    List<Statement> otherwise = tokens.next().text().equals("else") ? body("endfor") : List.of();
    return new For(new For.Iteration(target, items, condition, recursion), body, otherwise, line);
  }

  private Statement assignment(int line) {
    Target target = targets.withNamespace();
    if (tokens.skipOperator("=")) {
      return new Assign(target, expressions.tuple(), line);
    }
    Optional<Filter> filter =
        tokens.skipOperator("|")
            ? Optional.of(expressions.filters(Optional.empty()))
            : Optional.empty();
    return new AssignBlock(target, filter, body("endset"), line);
  }

  private Statement macro(int line) {
    String name = tokens.expect(Kind.NAME).text();
    mentioned.enterBody();
    List<Signature.Parameter> parameters = targets.parameters();
    List<Statement> body = calledBody("endmacro");
    return new Macro(name, signature(parameters), body, line);
  }

  private Statement call(int line) {
    mentioned.enterBody();
    List<Signature.Parameter> parameters =
        tokens.isAtOperator("(") ? targets.parameters() : List.of();
    if (!(expressions.expression() instanceof Call call)) {
      throw new TemplateException(line, "{% call %} needs a call of a macro");
    }
    List<Statement> body = calledBody("endcall");
    return new CallBlock(signature(parameters), call, body, line);
  }

  private Signature signature(List<Signature.Parameter> parameters) {
    Set<String> implicit = mentioned.leaveBody();
    implicit.retainAll(IMPLICIT);
    parameters.forEach(parameter -> implicit.remove(parameter.name()));
    return new Signature(parameters, implicit);
  }

  private Statement with(int line) {
    List<With.Variable> variables = new ArrayList<>();
    while (!tokens.isAt(Kind.BLOCK_END)) {
      if (!variables.isEmpty()) {
        tokens.expectOperator(",");
      }
      Target target = targets.of(expressions.target(""));
      tokens.expectOperator("=");
      variables.add(new With.Variable(target, expressions.expression()));
    }
    return new With(variables, body("endwith"), line);
  }

  private List<Statement> print(int line) {
    List<Statement> outputs = new ArrayList<>();
    while (!tokens.isAt(Kind.BLOCK_END)) {
      if (!outputs.isEmpty()) {
        tokens.expectOperator(",");
      }
      outputs.add(new Output(expressions.expression(), line));
    }
    return outputs;
  }

  /** A body that runs when it is called: a loop around it is out of its reach. */
  private List<Statement> calledBody(String end) {
    int around = loops;
    loops = 0;
    List<Statement> body = body(end);
    loops = around;
    return body;
  }

  private int inLoop(int line) {
    if (loops == 0) {
      throw new TemplateException(line, "{% break %} and {% continue %} stand in a loop");
    }
    return line;
  }
}
