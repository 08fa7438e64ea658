package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.View;

/** Keys of mappings. */
final class Keys {

  private Keys() {}

  static Value of(Value value) {
    if (!isHashable(value)) {
      throw new Failure("%s cannot be a key".formatted(TypeNames.of(value)));
    }
    return Value.plain(value);
  }

  /** Equal for values that are equal: numbers of both kinds, and booleans, are. */
  static Value comparable(Value value) {
    return Numbers.number(of(value))
        .map(
            number ->
                number instanceof Real(double real) && real == Math.rint(real)
                    ? new Int((long) real)
                    : number)
        .orElseGet(() -> of(value));
  }

  static boolean isHashable(Value value) {
    return switch (value) {
      case ListOf ignored -> false;
      case Dict ignored -> false;
      case View ignored -> false;
      case Tuple tuple -> tuple.items().stream().allMatch(Keys::isHashable);
      default -> true;
    };
  }
}
