package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Arguments.Bound;
import io.llmforge.trainer.template.Value.Callable;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import io.llmforge.trainer.template.Value.View;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Methods of mappings and lists. Those that would change them are, as in a sandbox, undefined. */
final class CollectionMethods {

  private static final Set<String> CHANGE_A_MAPPING =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> CHANGE_A_LIST =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private CollectionMethods() {}

  static Optional<Value> of(Dict dict, String name) {
    return switch (name) {
      case "get" -> function(name, arguments -> get(dict, arguments));
      case "items" ->
          view(
              name,
              dict.entries().entrySet().stream()
                  .<Value>map(entry -> Tuple.of(entry.getKey(), entry.getValue()))
                  .toList());
      case "keys" -> view(name, List.copyOf(dict.entries().keySet()));
      case "values" -> view(name, List.copyOf(dict.entries().values()));
      case "copy" ->
          function(
              name,
              arguments -> {
                arguments.requireNone(name);
                return dict;
              });
      default -> CHANGE_A_MAPPING.contains(name) ? unsafe("a mapping", name) : Optional.empty();
    };
  }

  static Optional<Value> of(List<Value> items, String name) {
    return switch (name) {
      case "count" ->
          function(
              name,
              arguments -> {
                Value wanted = single(name, arguments);
                return new Int(items.stream().filter(item -> Equality.equal(item, wanted)).count());
              });
      case "index" -> function(name, arguments -> index(items, single(name, arguments)));
      case "copy" ->
          function(
              name,
              arguments -> {
                arguments.requireNone(name);
                return new ListOf(items);
              });
      default -> CHANGE_A_LIST.contains(name) ? unsafe("a list", name) : Optional.empty();
    };
  }

  private static Value get(Dict dict, Arguments arguments) {
    if (!arguments.named().isEmpty()) {
      throw new Failure("get takes no arguments by name");
    }
    Bound bound = arguments.bind("get", List.of("key"), List.of("default"));
    Value found = dict.entries().get(Keys.of(bound.get("key")));
    return found == null ? bound.get("default") : found;
  }

  private static Value index(List<Value> items, Value wanted) {
    for (int index = 0; index < items.size(); index++) {
      if (Equality.equal(items.get(index), wanted)) {
        return new Int(index);
      }
    }
    throw new Failure("the list has no such element");
  }

  private static Value single(String name, Arguments arguments) {
    return arguments.bind(name, List.of("value"), List.of()).get("value");
  }

  private static Optional<Value> view(String name, List<Value> items) {
    return function(
        name,
        arguments -> {
          arguments.requireNone(name);
          return new View("dict_" + name, items);
        });
  }

  private static Optional<Value> function(String name, Callable body) {
    return Optional.of(new Function(name, body));
  }

  private static Optional<Value> unsafe(String target, String name) {
    return Optional.of(
        new Undefined("%s cannot be changed; '%s' is not available".formatted(target, name)));
  }
}
