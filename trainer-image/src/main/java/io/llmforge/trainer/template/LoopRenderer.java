package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Statement.For;
import io.llmforge.trainer.template.StatementRenderer.Flow;
import io.llmforge.trainer.template.Value.Callable;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * {@code for}: each element has a scope of its own, so nothing that it sets outlives it. As in
 * Jinja, {@code else} is rendered when no element's body was rendered to its end.
 */
final class LoopRenderer {

  private static final String LOOP = "loop";

  private final Environment environment;
  private final ExpressionEvaluator expressions;
  private final StatementRenderer statements;

  LoopRenderer(
      Environment environment, ExpressionEvaluator expressions, StatementRenderer statements) {
    this.environment = environment;
    this.expressions = expressions;
    this.statements = statements;
  }

  void render(For loop, Scope scope, Writer writer) {
    Value items = expressions.evaluate(loop.iteration().items(), scope);
    render(loop, items, 0, new MacroCall.Place(scope, writer));
  }

  private void render(For loop, Value items, int depth, MacroCall.Place place) {
    LoopState state =
        new LoopState(chosen(loop, items, place.scope()), depth, recursion(loop, depth, place));
    boolean completed = false;
    while (state.next()) {
      Scope inner = place.scope().inner();
      inner.set(LOOP, state);
      statements.assign(loop.iteration().target(), state.item(), inner);
      Flow flow = statements.render(loop.body(), inner, place.writer());
      if (flow == Flow.BREAK) {
        break;
      }
      completed |= flow == Flow.NEXT;
    }
    if (!completed) {
      statements.render(loop.otherwise(), place.scope().inner(), place.writer());
    }
  }

  private List<Value> chosen(For loop, Value items, Scope scope) {
    List<Value> chosen = new ArrayList<>();
    Iterator<Value> iterator = Sequences.iterator(items);
    while (iterator.hasNext()) {
      Value item = iterator.next();
      environment.budget().step();
      if (isChosen(loop, item, scope)) {
        chosen.add(item);
      }
    }
    return chosen;
  }

  private boolean isChosen(For loop, Value item, Scope scope) {
    Optional<Expression> condition = loop.iteration().condition();
    if (condition.isEmpty()) {
      return true;
    }
    Scope inner = scope.inner();
    inner.set(LOOP, new Undefined("the filter of a loop cannot see the variable loop"));
    statements.assign(loop.iteration().target(), item, inner);
    return Truth.of(expressions.evaluate(condition.get(), inner));
  }

  private Optional<Callable> recursion(For loop, int depth, MacroCall.Place place) {
    return switch (loop.iteration().recursion()) {
      case NONE -> Optional.empty();
      case RECURSIVE ->
          Optional.of(
              arguments -> {
                Value items = arguments.bind(LOOP, List.of("iterable"), List.of()).get("iterable");
                Writer aside = place.writer().aside();
                environment.budget().enter();
                render(loop, items, depth + 1, new MacroCall.Place(place.scope(), aside));
                environment.budget().leave();
                return new Text(aside.text());
              });
    };
  }
}
