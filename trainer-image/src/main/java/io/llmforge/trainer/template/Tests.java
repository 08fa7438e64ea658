package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Expression.Operator;
import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Loop;
import io.llmforge.trainer.template.Value.Marking;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Range;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.List;

/** Jinja's tests by name. */
final class Tests {

  private final Arithmetic arithmetic;

  Tests(RenderBudget budget) {
    this.arithmetic = new Arithmetic(budget);
  }

  boolean holds(String name, Value value, Arguments arguments) {
    return switch (name) {
      case "defined" -> alone(name, arguments, !(value instanceof Undefined));
      case "undefined" -> alone(name, arguments, value instanceof Undefined);
      case "none" -> alone(name, arguments, value == None.NONE);
      case "boolean" -> alone(name, arguments, value instanceof Bool);
      case "true" -> alone(name, arguments, value == Bool.TRUE);
      case "false" -> alone(name, arguments, value == Bool.FALSE);
      case "integer" -> alone(name, arguments, value instanceof Int);
      case "float" -> alone(name, arguments, value instanceof Real);
      case "number" -> alone(name, arguments, Numbers.number(value).isPresent());
      case "string" -> alone(name, arguments, value instanceof Text);
      case "mapping" -> alone(name, arguments, value instanceof Dict);
      case "iterable" ->
          alone(name, arguments, value instanceof Loop || Sequences.elements(value).isPresent());
      case "sequence" -> alone(name, arguments, isSequence(value));
      case "callable" -> alone(name, arguments, isCallable(value));
      case "lower" -> alone(name, arguments, TextKinds.holds(PythonText.of(value), "islower"));
      case "upper" -> alone(name, arguments, TextKinds.holds(PythonText.of(value), "isupper"));
      case "escaped" ->
          alone(name, arguments, value instanceof Text text && text.marking() == Marking.SAFE);
      case "odd" -> alone(name, arguments, rest(value, new Int(2), 1));
      case "even" -> alone(name, arguments, rest(value, new Int(2), 0));
      case "divisibleby" -> rest(value, other(name, "num", arguments), 0);
      case "sameas" -> isSame(value, other(name, "other", arguments));
      case "in" -> Sequences.contains(other(name, "seq", arguments), value);
      case "eq", "equalto", "==" -> Equality.equal(value, operand(name, arguments));
      case "ne", "!=" -> !Equality.equal(value, operand(name, arguments));
      case "lt", "lessthan", "<" -> Equality.order(value, operand(name, arguments)) < 0;
      case "le", "<=" -> Equality.order(value, operand(name, arguments)) <= 0;
      case "gt", "greaterthan", ">" -> Equality.order(value, operand(name, arguments)) > 0;
      case "ge", ">=" -> Equality.order(value, operand(name, arguments)) >= 0;
      default -> throw new Failure("the test '%s' is not supported".formatted(name));
    };
  }

  private static boolean alone(String name, Arguments arguments, boolean holds) {
    arguments.requireNone(name);
    return holds;
  }

  private static Value other(String name, String parameter, Arguments arguments) {
    return arguments.bind(name, List.of(parameter), List.of()).get(parameter);
  }

  /** Python's operators take no arguments by name. */
  private static Value operand(String name, Arguments arguments) {
    if (!arguments.named().isEmpty()) {
      throw new Failure("%s takes no arguments by name".formatted(name));
    }
    return other(name, "other", arguments);
  }

  private boolean rest(Value value, Value divisor, long expected) {
    return Equality.equal(arithmetic.calculate(Operator.MODULO, value, divisor), new Int(expected));
  }

  private static boolean isSequence(Value value) {
    return switch (value) {
      case Text ignored -> true;
      case ListOf ignored -> true;
      case Tuple ignored -> true;
      case Dict ignored -> true;
      case Range ignored -> true;
      case Undefined ignored -> true;
      default -> false;
    };
  }

  private static boolean isCallable(Value value) {
    return value instanceof Function || value instanceof Loop || value instanceof Undefined;
  }

  /** One object: for what Python has once, the same value. */
  private static boolean isSame(Value value, Value other) {
    return value == other
        || (value instanceof Text && value.equals(other))
        || (value instanceof Int && value.equals(other));
  }
}
