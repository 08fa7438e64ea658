package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Expression.Operator;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Marking;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Operators between two values: numbers, and joining and repeating of sequences. */
final class Arithmetic {

  private final RenderBudget budget;

  Arithmetic(RenderBudget budget) {
    this.budget = budget;
  }

  Value calculate(Operator operator, Value left, Value right) {
    if (operator == Operator.MODULO && left instanceof Text format) {
      return PercentFormat.of(format, right);
    }
    if (left instanceof Undefined(String reason)) {
      throw new Failure(reason);
    }
    if (right instanceof Undefined(String reason)) {
      throw new Failure(reason);
    }
    Optional<Value> leftNumber = Numbers.number(left);
    Optional<Value> rightNumber = Numbers.number(right);
    if (leftNumber.isPresent() && rightNumber.isPresent()) {
      return numbers(operator, leftNumber.get(), rightNumber.get());
    }
    return switch (operator) {
      case ADD -> joined(left, right);
      case MULTIPLY -> leftNumber.isPresent() ? repeated(right, left) : repeated(left, right);
      case SUBTRACT, DIVIDE, FLOOR_DIVIDE, MODULO, POWER -> throw impossible(operator, left, right);
    };
  }

  Value sign(Operator operator, Value operand) {
    if (operand instanceof Undefined(String reason)) {
      throw new Failure(reason);
    }
    Value number =
        Numbers.number(operand)
            .orElseThrow(() -> new Failure("%s has no sign".formatted(TypeNames.of(operand))));
    if (operator == Operator.ADD) {
      return number;
    }
    return number instanceof Int(long integer)
        ? integers(Operator.SUBTRACT, 0, integer)
        : new Real(-Numbers.real(number));
  }

  private static Value numbers(Operator operator, Value left, Value right) {
    if (left instanceof Int(long a) && right instanceof Int(long b)) {
      return integers(operator, a, b);
    }
    return reals(operator, Numbers.real(left), Numbers.real(right));
  }

  private static Value integers(Operator operator, long left, long right) {
    try {
      return switch (operator) {
        case ADD -> new Int(Math.addExact(left, right));
        case SUBTRACT -> new Int(Math.subtractExact(left, right));
        case MULTIPLY -> new Int(Math.multiplyExact(left, right));
        case DIVIDE -> new Real((double) left / nonZero(right));
        case FLOOR_DIVIDE -> new Int(Math.floorDivExact(left, nonZero(right)));
        case MODULO -> new Int(Math.floorMod(left, nonZero(right)));
        case POWER ->
            right < 0
                ? reals(operator, (double) left, (double) right)
                : new Int(power(left, right));
      };
    } catch (ArithmeticException e) {
      throw new Failure("%d %s %d has more than 64 bits".formatted(left, operator.text(), right));
    }
  }

  private static Value reals(Operator operator, double left, double right) {
    return new Real(
        switch (operator) {
          case ADD -> left + right;
          case SUBTRACT -> left - right;
          case MULTIPLY -> left * right;
          case DIVIDE -> left / nonZero(right);
          case FLOOR_DIVIDE -> Math.floor(left / nonZero(right));
          case MODULO -> {
            double rest = left % nonZero(right);
            yield rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
          }
          case POWER -> {
            if (left == 0 && right < 0) {
              throw new Failure("zero has no negative power");
            }
            yield Math.pow(left, right);
          }
        });
  }

  private Value joined(Value left, Value right) {
    if (left instanceof Text a && right instanceof Text b) {
      boolean safe = a.marking() == Marking.SAFE || b.marking() == Marking.SAFE;
      budget.take(a.text().length() + (long) b.text().length());
      return safe
          ? new Text(HtmlText.escaped(a).text() + HtmlText.escaped(b).text(), Marking.SAFE)
          : new Text(a.text() + b.text());
    }
    if (left instanceof ListOf a && right instanceof ListOf b) {
      return new ListOf(joined(a.items(), b.items()));
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return new Tuple(joined(a.items(), b.items()));
    }
    throw impossible(Operator.ADD, left, right);
  }

  private List<Value> joined(List<Value> left, List<Value> right) {
    budget.takeElements(left.size() + (long) right.size());
    List<Value> joined = new ArrayList<>(left);
    joined.addAll(right);
    return joined;
  }

  /** Copies of nothing take time too. */
  private Value repeated(Value sequence, Value times) {
    if (Numbers.number(times).filter(Int.class::isInstance).isEmpty()) {
      throw impossible(Operator.MULTIPLY, sequence, times);
    }
    long count = Math.max(0, Numbers.index(times));
    return switch (sequence) {
      case Text text -> {
        budget.take(count);
        budget.take(Math.multiplyExact(text.text().length(), count));
        yield new Text(text.text().repeat((int) count), text.marking());
      }
      case ListOf list -> new ListOf(repeated(list.items(), count));
      case Tuple tuple -> new Tuple(repeated(tuple.items(), count));
      default -> throw impossible(Operator.MULTIPLY, sequence, times);
    };
  }

  private List<Value> repeated(List<Value> items, long count) {
    budget.takeElements(count);
    budget.takeElements(Math.multiplyExact(items.size(), count));
    List<Value> repeated = new ArrayList<>();
    Collections.nCopies((int) count, items).forEach(repeated::addAll);
    return repeated;
  }

  private static long power(long base, long exponent) {
    long result = 1;
    long square = base;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        result = Math.multiplyExact(result, square);
      }
      if (rest > 1) {
        square = Math.multiplyExact(square, square);
      }
    }
    return result;
  }

  private static long nonZero(long divisor) {
    if (divisor == 0) {
      throw new Failure("division by zero");
    }
    return divisor;
  }

  private static double nonZero(double divisor) {
    if (divisor == 0) {
      throw new Failure("division by zero");
    }
    return divisor;
  }

  private static Failure impossible(Operator operator, Value left, Value right) {
    return new Failure(
        "'%s' does not go between %s and %s"
            .formatted(operator.text(), TypeNames.of(left), TypeNames.of(right)));
  }
}
