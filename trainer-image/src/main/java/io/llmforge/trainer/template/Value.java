package io.llmforge.trainer.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an expression of a template is worth: Python's types, as far as templates meet them. */
sealed interface Value {

  /** Whether {@code +} escapes what is joined to a text, as {@code markupsafe.Markup} does. */
  enum Marking {
    PLAIN,
    SAFE
  }

  record Text(String text, Marking marking) implements Value {
    static final Text EMPTY = new Text("");

    public Text(String text) {
      this(text, Marking.PLAIN);
    }
  }

  record Int(long number) implements Value {}

  record Real(double number) implements Value {}

  enum Bool implements Value {
    FALSE,
    TRUE;

    static Bool of(boolean truth) {
      return truth ? TRUE : FALSE;
    }
  }

  enum None implements Value {
    NONE
  }

  /**
   * A name, key or attribute that does not exist: empty, false, and an error in most operations.
   *
   * @param reason what does not exist
   */
  record Undefined(String reason) implements Value {}

  record ListOf(List<Value> items) implements Value {
    public ListOf {
      items = Collections.unmodifiableList(items);
    }
  }

  record Tuple(List<Value> items) implements Value {
    public Tuple {
      items = Collections.unmodifiableList(items);
    }

    static Tuple of(Value... items) {
      return new Tuple(List.of(items));
    }
  }

  /** In the order of insertion; keys are {@link #plain}. */
  record Dict(Map<Value, Value> entries) implements Value {
    public Dict {
      entries = Collections.unmodifiableMap(entries);
    }
  }

  record Range(long start, long stop, long step) implements Value {
    long length() {
      long distance = step > 0 ? stop - start : start - stop;
      return distance <= 0 ? 0 : (distance - 1) / Math.abs(step) + 1;
    }

    Int at(long index) {
      return new Int(start + index * step);
    }
  }

  /** What {@code keys()}, {@code values()} and {@code items()} give: a list without indices. */
  record View(String name, List<Value> items) implements Value {}

  /** Values that can be gone through once. */
  record Stream(Iterator<Value> items) implements Value {}

  record Function(String name, Callable body) implements Value {}

  /** Something to call. */
  interface Callable {
    Value call(Arguments arguments);
  }

  /** The one value that changes. */
  final class Namespace implements Value {
    private final Map<String, Value> attributes = new LinkedHashMap<>();

    @Nullable Value get(String name) {
      return attributes.get(name);
    }

    void set(String name, Value value) {
      attributes.put(name, value);
    }
  }

  /** The variable {@code loop}. */
  non-sealed interface Loop extends Value {
    Value attribute(String name);

    long length();

    Value call(Arguments arguments);
  }

  /** The value of what JSON can say: maps, lists, strings, numbers, booleans, null. */
  static Value of(@Nullable Object object) {
    return switch (object) {
      case null -> None.NONE;
      case Value value -> value;
      case String text -> new Text(text);
      case Boolean truth -> Bool.of(truth);
      case Integer number -> new Int(number);
      case Long number -> new Int(number);
      case Double number -> new Real(number);
      case List<?> list -> new ListOf(new ArrayList<>(list.stream().map(Value::of).toList()));
      case Map<?, ?> map -> {
        Map<Value, Value> entries = new LinkedHashMap<>();
        map.forEach((key, value) -> entries.put(of(key), of(value)));
        yield new Dict(entries);
      }
      default ->
          throw new IllegalArgumentException(
              "no template value of %s %s".formatted(object.getClass().getSimpleName(), object));
    };
  }

  /** A text without its marking, so that equal texts are equal keys. */
  static Value plain(Value value) {
    return value instanceof Text(String text, Marking ignored) ? new Text(text) : value;
  }
}
