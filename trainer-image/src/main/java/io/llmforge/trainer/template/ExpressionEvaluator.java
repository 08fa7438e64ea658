package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Expression.And;
import io.llmforge.trainer.template.Expression.Attribute;
import io.llmforge.trainer.template.Expression.Calculation;
import io.llmforge.trainer.template.Expression.Call;
import io.llmforge.trainer.template.Expression.CallArguments;
import io.llmforge.trainer.template.Expression.Comparison;
import io.llmforge.trainer.template.Expression.Concatenation;
import io.llmforge.trainer.template.Expression.Conditional;
import io.llmforge.trainer.template.Expression.DictLiteral;
import io.llmforge.trainer.template.Expression.Filter;
import io.llmforge.trainer.template.Expression.Item;
import io.llmforge.trainer.template.Expression.ListLiteral;
import io.llmforge.trainer.template.Expression.Literal;
import io.llmforge.trainer.template.Expression.Name;
import io.llmforge.trainer.template.Expression.Negation;
import io.llmforge.trainer.template.Expression.Or;
import io.llmforge.trainer.template.Expression.Relation;
import io.llmforge.trainer.template.Expression.Sign;
import io.llmforge.trainer.template.Expression.Slice;
import io.llmforge.trainer.template.Expression.Test;
import io.llmforge.trainer.template.Expression.TupleLiteral;
import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Loop;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Expressions to values. */
final class ExpressionEvaluator {

  private final Environment environment;

  ExpressionEvaluator(Environment environment) {
    this.environment = environment;
  }

  Value evaluate(Expression expression, Scope scope) {
    try {
      environment.budget().step();
      return value(expression, scope);
    } catch (Failure failure) {
      throw new TemplateException(expression.line(), failure.reason());
    }
  }

  /** A text through the filters of a block. */
  Value filtered(Filter filter, Value input, Scope scope) {
    Value before =
        filter.input().isPresent() && filter.input().get() instanceof Filter inner
            ? filtered(inner, input, scope)
            : input;
    return apply(filter, before, scope);
  }

  Value call(Value function, Arguments arguments) {
    return switch (function) {
      case Function known -> known.body().call(arguments);
      case Loop loop -> loop.call(arguments);
      case Undefined undefined -> throw new Failure(undefined.reason());
      default -> throw new Failure("%s cannot be called".formatted(TypeNames.of(function)));
    };
  }

  Arguments arguments(CallArguments arguments, Scope scope) {
    List<Value> positional = new ArrayList<>(all(arguments.positional(), scope));
    arguments
        .morePositional()
        .ifPresent(more -> positional.addAll(Sequences.list(evaluate(more, scope))));
    Map<String, Value> named = new LinkedHashMap<>();
    arguments.named().forEach(each -> put(named, each.name(), evaluate(each.value(), scope)));
    arguments.moreNamed().ifPresent(more -> addNamed(named, evaluate(more, scope)));
    return new Arguments(positional, named);
  }

  private Value value(Expression expression, Scope scope) {
    return switch (expression) {
      case Literal literal -> literal.value();
      case Name name ->
          scope
              .find(name.name())
              .orElseGet(() -> new Undefined("'%s' is undefined".formatted(name.name())));
      case ListLiteral list -> new ListOf(all(list.items(), scope));
      case TupleLiteral tuple -> new Tuple(all(tuple.items(), scope));
      case DictLiteral dict -> dict(dict, scope);
      case Negation not -> Bool.of(!Truth.of(evaluate(not.operand(), scope)));
      case Sign sign ->
          environment.arithmetic().sign(sign.operator(), evaluate(sign.operand(), scope));
      case Calculation calculation ->
          environment
              .arithmetic()
              .calculate(
                  calculation.operator(),
                  evaluate(calculation.left(), scope),
                  evaluate(calculation.right(), scope));
      case And and -> {
        Value left = evaluate(and.left(), scope);
        yield Truth.of(left) ? evaluate(and.right(), scope) : left;
      }
      case Or or -> {
        Value left = evaluate(or.left(), scope);
        yield Truth.of(left) ? left : evaluate(or.right(), scope);
      }
      case Concatenation concatenation -> concatenation(concatenation, scope);
      case Comparison comparison -> Bool.of(holds(comparison, scope));
      case Conditional conditional -> conditional(conditional, scope);
      case Attribute attribute ->
          environment.attributes().attribute(evaluate(attribute.target(), scope), attribute.name());
      case Item item ->
          environment
              .attributes()
              .item(evaluate(item.target(), scope), evaluate(item.index(), scope));
      case Slice slice ->
          environment
              .attributes()
              .slice(evaluate(slice.target(), scope), range(slice.bounds(), scope));
      case Call call -> {
        Value function = evaluate(call.function(), scope);
        yield call(function, arguments(call.arguments(), scope));
      }
      case Filter filter -> apply(filter, evaluate(filter.input().orElseThrow(), scope), scope);
      case Test test ->
          Bool.of(
              environment
                  .tests()
                  .holds(
                      test.name(),
                      evaluate(test.input(), scope),
                      arguments(test.arguments(), scope)));
    };
  }

  private Value apply(Filter filter, Value input, Scope scope) {
    Value result =
        environment.filters().apply(filter.name(), input, arguments(filter.arguments(), scope));
    if (result instanceof Text text) {
      environment.budget().take(text.text().length());
    }
    return result;
  }

  private List<Value> all(List<Expression> expressions, Scope scope) {
    return expressions.stream().map(expression -> evaluate(expression, scope)).toList();
  }

  private Value dict(DictLiteral dict, Scope scope) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (DictLiteral.Entry entry : dict.entries()) {
      entries.put(Keys.of(evaluate(entry.key(), scope)), evaluate(entry.value(), scope));
    }
    return new Dict(entries);
  }

  private Value concatenation(Concatenation concatenation, Scope scope) {
    StringBuilder text = new StringBuilder();
    for (Expression part : concatenation.parts()) {
      String next = PythonText.of(evaluate(part, scope));
      environment.budget().take(next.length());
      text.append(next);
    }
    return new Text(text.toString());
  }

  private boolean holds(Comparison comparison, Scope scope) {
    Value left = evaluate(comparison.first(), scope);
    for (Comparison.Compared other : comparison.others()) {
      Value right = evaluate(other.value(), scope);
      if (!holds(other.relation(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private static boolean holds(Relation relation, Value left, Value right) {
    return switch (relation) {
      case EQUAL -> Equality.equal(left, right);
      case NOT_EQUAL -> !Equality.equal(left, right);
      case LESS -> Equality.order(left, right) < 0;
      case LESS_OR_EQUAL -> Equality.order(left, right) <= 0;
      case GREATER -> Equality.order(left, right) > 0;
      case GREATER_OR_EQUAL -> Equality.order(left, right) >= 0;
      case IN -> Sequences.contains(right, left);
      case NOT_IN -> !Sequences.contains(right, left);
    };
  }

  private Value conditional(Conditional conditional, Scope scope) {
    if (Truth.of(evaluate(conditional.condition(), scope))) {
      return evaluate(conditional.then(), scope);
    }
    return conditional.otherwise().isPresent()
        ? evaluate(conditional.otherwise().get(), scope)
        : new Undefined("the inline 'if' has no 'else', and its condition is false");
  }

  private SliceRange range(Slice.Bounds bounds, Scope scope) {
    return new SliceRange(
        bound(bounds.start(), scope), bound(bounds.stop(), scope), bound(bounds.step(), scope));
  }

  private Value bound(Optional<Expression> bound, Scope scope) {
    return bound.isPresent() ? evaluate(bound.get(), scope) : None.NONE;
  }

  private static void addNamed(Map<String, Value> named, Value more) {
    if (!(more instanceof Dict dict)) {
      throw new Failure("** needs a mapping, not %s".formatted(TypeNames.of(more)));
    }
    dict.entries()
        .forEach(
            (key, value) -> {
              if (!(key instanceof Text name)) {
                throw new Failure("arguments by name need strings as names");
              }
              put(named, name.text(), value);
            });
  }

  private static void put(Map<String, Value> named, String name, Value value) {
    if (named.put(name, value) != null) {
      throw new Failure("the argument '%s' is given twice".formatted(name));
    }
  }
}
