package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Loop;
import io.llmforge.trainer.template.Value.Namespace;
import io.llmforge.trainer.template.Value.Range;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code a.b} and {@code a[b]}. The dot looks for a method first and then for a key, the brackets
 * the other way round; what is not there is undefined.
 */
final class Attributes {

  private final StringMethods strings;

  Attributes(RenderBudget budget) {
    this.strings = new StringMethods(budget);
  }

  Value attribute(Value target, String name) {
    requireDefined(target);
    return method(target, name)
        .or(() -> isInternal(name) ? Optional.empty() : key(target, new Text(name)))
        .orElseGet(() -> missing(target, name));
  }

  Value item(Value target, Value index) {
    requireDefined(target);
    if (index instanceof Text name) {
      return key(target, index)
          .or(() -> method(target, name.text()))
          .orElseGet(() -> missing(target, name.text()));
    }
    return key(target, index)
        .orElseGet(() -> new Undefined("%s has no such element".formatted(TypeNames.of(target))));
  }

  Value slice(Value target, SliceRange range) {
    requireDefined(target);
    return switch (target) {
      case Text text -> new Text(CodePoints.slice(text.text(), range), text.marking());
      case ListOf list -> new ListOf(slice(list.items(), range));
      case Tuple tuple -> new Tuple(slice(tuple.items(), range));
      case Range numbers -> new ListOf(slice(Sequences.list(numbers), range));
      default -> throw new Failure("%s cannot be sliced".formatted(TypeNames.of(target)));
    };
  }

  private static List<Value> slice(List<Value> items, SliceRange range) {
    return range.indices(items.size()).mapToObj(items::get).toList();
  }

  private Optional<Value> method(Value target, String name) {
    return switch (target) {
      case Text text -> strings.method(text, name);
      case Dict dict -> CollectionMethods.of(dict, name);
      case ListOf list -> CollectionMethods.of(list.items(), name);
      case Tuple tuple -> CollectionMethods.of(tuple.items(), name);
      case Namespace namespace -> Optional.ofNullable(namespace.get(name));
      case Loop loop -> Optional.of(loop.attribute(name));
      default -> Optional.empty();
    };
  }

  private static Optional<Value> key(Value target, Value key) {
    return switch (target) {
      case Dict dict -> entry(dict.entries(), key);
      case Text text ->
          position(key, CodePoints.count(text.text()))
              .map(index -> new Text(CodePoints.at(text.text(), index), text.marking()));
      case ListOf list -> position(key, list.items().size()).map(list.items()::get);
      case Tuple tuple -> position(key, tuple.items().size()).map(tuple.items()::get);
      case Range range -> position(key, range.length()).map(range::at);
      default -> Optional.empty();
    };
  }

  private static Optional<Value> entry(Map<Value, Value> entries, Value key) {
    return Keys.isHashable(key) ? Optional.ofNullable(entries.get(Keys.of(key))) : Optional.empty();
  }

  private static Optional<Integer> position(Value index, long length) {
    if (Numbers.number(index).filter(Value.Int.class::isInstance).isEmpty()) {
      return Optional.empty();
    }
    long number = Numbers.index(index);
    long position = number < 0 ? number + length : number;
    return position >= 0 && position < length ? Optional.of((int) position) : Optional.empty();
  }

  private static void requireDefined(Value target) {
    if (target instanceof Undefined(String reason)) {
      throw new Failure(reason);
    }
  }

  /** What Python's objects have of their own, and its sandbox hides. */
  private static boolean isInternal(String name) {
    return name.startsWith("__") && name.endsWith("__");
  }

  private static Undefined missing(Value target, String name) {
    return new Undefined("%s has no '%s'".formatted(TypeNames.of(target), name));
  }
}
