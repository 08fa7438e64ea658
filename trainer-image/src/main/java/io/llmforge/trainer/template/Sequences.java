package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Loop;
import io.llmforge.trainer.template.Value.Namespace;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Range;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Stream;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import io.llmforge.trainer.template.Value.View;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** Going through values, and their length. Texts consist of code points. */
final class Sequences {

  private Sequences() {}

  /** The elements, when the value has any to go through. */
  static Optional<Iterator<Value>> elements(Value value) {
    return switch (value) {
      case Stream stream -> Optional.of(stream.items());
      case Range range ->
          Optional.of(LongStream.range(0, range.length()).<Value>mapToObj(range::at).iterator());
      case Text text -> Optional.of(CodePoints.characters(text.text()).iterator());
      case ListOf list -> Optional.of(list.items().iterator());
      case Tuple tuple -> Optional.of(tuple.items().iterator());
      case Dict dict -> Optional.of(dict.entries().keySet().iterator());
      case View view -> Optional.of(view.items().iterator());
      case Undefined ignored -> Optional.of(List.<Value>of().iterator());
      case Bool ignored -> Optional.empty();
      case None ignored -> Optional.empty();
      case Int ignored -> Optional.empty();
      case Real ignored -> Optional.empty();
      case Function ignored -> Optional.empty();
      case Namespace ignored -> Optional.empty();
      case Loop ignored -> Optional.empty();
    };
  }

  static Iterator<Value> iterator(Value value) {
    return elements(value)
        .orElseThrow(() -> new Failure("%s cannot be gone through".formatted(TypeNames.of(value))));
  }

  static List<Value> list(Value value) {
    List<Value> list = new ArrayList<>();
    iterator(value).forEachRemaining(list::add);
    return list;
  }

  /** The length, when the value has one. */
  static OptionalLong lengthIfAny(Value value) {
    return switch (value) {
      case Text text -> OptionalLong.of(CodePoints.count(text.text()));
      case ListOf list -> OptionalLong.of(list.items().size());
      case Tuple tuple -> OptionalLong.of(tuple.items().size());
      case Dict dict -> OptionalLong.of(dict.entries().size());
      case Range range -> OptionalLong.of(range.length());
      case View view -> OptionalLong.of(view.items().size());
      case Undefined ignored -> OptionalLong.of(0);
      case Loop loop -> OptionalLong.of(loop.length());
      case Stream ignored -> OptionalLong.empty();
      case Bool ignored -> OptionalLong.empty();
      case None ignored -> OptionalLong.empty();
      case Int ignored -> OptionalLong.empty();
      case Real ignored -> OptionalLong.empty();
      case Function ignored -> OptionalLong.empty();
      case Namespace ignored -> OptionalLong.empty();
    };
  }

  static long length(Value value) {
    return lengthIfAny(value)
        .orElseThrow(() -> new Failure("%s has no length".formatted(TypeNames.of(value))));
  }

  /** Whether {@code value} is in {@code container}. */
  static boolean contains(Value container, Value value) {
    if (container instanceof Text text) {
      if (value instanceof Text part) {
        return text.text().contains(part.text());
      }
      throw new Failure(
          "only a string can be looked for in a string, not %s".formatted(TypeNames.of(value)));
    }
    if (container instanceof Dict dict) {
      return dict.entries().containsKey(Keys.of(value));
    }
    Iterator<Value> elements = iterator(container);
    while (elements.hasNext()) {
      if (Equality.equal(elements.next(), value)) {
        return true;
      }
    }
    return false;
  }
}
