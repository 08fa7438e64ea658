package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Range;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import io.llmforge.trainer.template.Value.View;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which values are equal, and which comes first. */
final class Equality {

  private Equality() {}

  static boolean equal(Value left, Value right) {
    Optional<Value> leftNumber = Numbers.number(left);
    Optional<Value> rightNumber = Numbers.number(right);
    if (leftNumber.isPresent() && rightNumber.isPresent()) {
      return orderOfNumbers(leftNumber.get(), rightNumber.get()) == 0
          && !isNotANumber(leftNumber.get());
    }
    return switch (left) {
      case Text text -> right instanceof Text other && text.text().equals(other.text());
      case Undefined ignored -> right instanceof Undefined;
      case ListOf list -> right instanceof ListOf other && equal(list.items(), other.items());
      case Tuple tuple -> right instanceof Tuple other && equal(tuple.items(), other.items());
      case Dict dict -> right instanceof Dict other && equal(dict.entries(), other.entries());
      case Range range ->
          right instanceof Range other && equal(Sequences.list(range), Sequences.list(other));
      case View view ->
          right instanceof View other
              && !view.name().equals("dict_values")
              && view.items().size() == other.items().size()
              && view.items().stream().allMatch(item -> Sequences.contains(other, item));
      default -> left == right;
    };
  }

  /** Below zero when the left value comes first, above when the right one does. */
  static int order(Value left, Value right) {
    if (left instanceof Undefined(String reason)) {
      throw new Failure(reason);
    }
    if (right instanceof Undefined(String reason)) {
      throw new Failure(reason);
    }
    Optional<Value> leftNumber = Numbers.number(left);
    Optional<Value> rightNumber = Numbers.number(right);
    if (leftNumber.isPresent() && rightNumber.isPresent()) {
      return orderOfNumbers(leftNumber.get(), rightNumber.get());
    }
    if (left instanceof Text a && right instanceof Text b) {
      return byCodePoints(a.text(), b.text());
    }
    if (left instanceof ListOf a && right instanceof ListOf b) {
      return order(a.items(), b.items());
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return order(a.items(), b.items());
    }
    throw new Failure(
        "%s and %s cannot be ordered".formatted(TypeNames.of(left), TypeNames.of(right)));
  }

  private static int orderOfNumbers(Value left, Value right) {
    if (left instanceof Int(long a) && right instanceof Int(long b)) {
      return Long.compare(a, b);
    }
    // Adding zero makes the negative zero a positive one: they are equal.
    return Double.compare(Numbers.real(left) + 0.0, Numbers.real(right) + 0.0);
  }

  private static boolean isNotANumber(Value number) {
    return Double.isNaN(Numbers.real(number));
  }

  private static boolean equal(List<Value> left, List<Value> right) {
    if (left.size() != right.size()) {
      return false;
    }
    Iterator<Value> others = right.iterator();
    return left.stream().allMatch(value -> equal(value, others.next()));
  }

  private static boolean equal(Map<Value, Value> left, Map<Value, Value> right) {
    return left.size() == right.size()
        && left.entrySet().stream()
            .allMatch(
                entry -> {
                  Value other = right.get(entry.getKey());
                  return other != null && equal(entry.getValue(), other);
                });
  }

  private static int order(List<Value> left, List<Value> right) {
    for (int index = 0; index < Math.min(left.size(), right.size()); index++) {
      if (!equal(left.get(index), right.get(index))) {
        return order(left.get(index), right.get(index));
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  /** UTF-16 units would put characters outside the basic plane before some inside it. */
  private static int byCodePoints(String left, String right) {
    return java.util.Arrays.compare(left.codePoints().toArray(), right.codePoints().toArray());
  }
}
