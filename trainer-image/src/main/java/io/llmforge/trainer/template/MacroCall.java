package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Statement.Signature;
import io.llmforge.trainer.template.Statement.Signature.Parameter;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A macro, or the body of a {@code call} block. It sees the variables of the place where it is
 * written, as they are when it is called.
 */
record MacroCall(String name, Signature signature, List<Statement> body) {

  private static final String CALLER = "caller";

  /** Where something is rendered. */
  record Place(Scope scope, Writer writer) {}

  Function function(
      StatementRenderer statements,
      ExpressionEvaluator expressions,
      RenderBudget budget,
      Place place) {
    return new Function(
        name,
        arguments -> {
          budget.enter();
          Scope scope = place.scope().inner();
          bind(arguments, scope, expressions);
          String text = statements.rendered(body, scope, place.writer());
          budget.leave();
          return new Text(text);
        });
  }

  private void bind(Arguments arguments, Scope scope, ExpressionEvaluator expressions) {
    Map<String, Value> named = new LinkedHashMap<>(arguments.named());
    List<Parameter> parameters = signature.parameters();
    for (int index = 0; index < parameters.size(); index++) {
      Parameter parameter = parameters.get(index);
      Value given =
          index < arguments.positional().size()
              ? arguments.positional().get(index)
              : named.remove(parameter.name());
      scope.set(parameter.name(), given == null ? ifAbsent(parameter, scope, expressions) : given);
    }
    bindImplicit(arguments, named, scope);
  }

  private static Value ifAbsent(Parameter parameter, Scope scope, ExpressionEvaluator expressions) {
    return parameter
        .ifAbsent()
        .map(expression -> expressions.evaluate(expression, scope))
        .orElseGet(
            () -> new Undefined("the parameter '%s' was not given".formatted(parameter.name())));
  }

  /** The other arguments: an error unless the body asks for them. */
  private void bindImplicit(Arguments arguments, Map<String, Value> named, Scope scope) {
    Set<String> implicit = signature.implicit();
    if (implicit.contains(CALLER)) {
      Value caller = named.remove(CALLER);
      scope.set(CALLER, caller == null ? new Undefined("there is no caller") : caller);
    }
    if (implicit.contains("kwargs")) {
      Map<Value, Value> entries = new LinkedHashMap<>();
      named.forEach((key, value) -> entries.put(new Text(key), value));
      scope.set("kwargs", new Dict(entries));
    } else if (!named.isEmpty()) {
      throw new Failure(
          "the macro '%s' has no parameter '%s'".formatted(name, named.keySet().iterator().next()));
    }
    int taken = signature.parameters().size();
    if (implicit.contains("varargs")) {
      scope.set("varargs", new Tuple(arguments.after(taken).positional()));
    } else if (arguments.positional().size() > taken) {
      throw new Failure("the macro '%s' takes at most %d arguments".formatted(name, taken));
    }
  }
}
