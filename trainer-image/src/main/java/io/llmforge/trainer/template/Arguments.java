package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.None;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arguments of a call, evaluated. */
record Arguments(List<Value> positional, Map<String, Value> named) {

  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** Without the first so many positional ones. */
  Arguments after(int count) {
    return new Arguments(
        positional.subList(Math.min(count, positional.size()), positional.size()), named);
  }

  /** The same with one more argument by name. */
  Arguments with(String name, Value value) {
    Map<String, Value> more = new LinkedHashMap<>(named);
    more.put(name, value);
    return new Arguments(positional, more);
  }

  /**
   * Arguments by name.
   *
   * @param function for messages
   * @param required parameters that must be given; they come first
   * @param optional parameters that may be given
   */
  Bound bind(String function, List<String> required, List<String> optional) {
    int most = required.size() + optional.size();
    if (positional.size() > most) {
      throw new Failure(
          "%s takes at most %d arguments, %d given".formatted(function, most, positional.size()));
    }
    Map<String, Value> bound = new HashMap<>();
    for (int index = 0; index < positional.size(); index++) {
      bound.put(parameter(index, required, optional), positional.get(index));
    }
    named.forEach(
        (name, value) -> {
          if (!required.contains(name) && !optional.contains(name)) {
            throw new Failure("%s has no parameter '%s'".formatted(function, name));
          }
          if (bound.put(name, value) != null) {
            throw new Failure("%s got '%s' twice".formatted(function, name));
          }
        });
    for (String name : required) {
      if (!bound.containsKey(name)) {
        throw new Failure("%s needs the argument '%s'".formatted(function, name));
      }
    }
    return new Bound(function, bound);
  }

  void requireNone(String function) {
    bind(function, List.of(), List.of());
  }

  private static String parameter(int index, List<String> required, List<String> optional) {
    return index < required.size() ? required.get(index) : optional.get(index - required.size());
  }

  /** Arguments under their parameters' names. */
  record Bound(String function, Map<String, Value> values) {

    Value get(String name) {
      return get(name, None.NONE);
    }

    Value get(String name, Value ifAbsent) {
      return values.getOrDefault(name, ifAbsent);
    }

    boolean isTrue(String name) {
      return Truth.of(get(name));
    }

    long integer(String name, long ifAbsent) {
      Value value = values.get(name);
      return value == null ? ifAbsent : Numbers.index(value);
    }

    String text(String name) {
      if (values.get(name) instanceof Value.Text text) {
        return text.text();
      }
      throw new Failure("%s needs a string as '%s'".formatted(function, name));
    }
  }
}
