package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Arguments.Bound;
import io.llmforge.trainer.template.Value.Callable;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Namespace;
import io.llmforge.trainer.template.Value.Range;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Undefined;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Functions that every template can call. */
final class GlobalFunctions {

  /** As Jinja's sandbox. */
  private static final long LONGEST_RANGE = 100_000;

  private final RenderBudget budget;
  private final LocalDateTime now;

  GlobalFunctions(RenderBudget budget, LocalDateTime now) {
    this.budget = budget;
    this.now = now;
  }

  Map<String, Value> functions() {
    return Map.of(
        "range", function("range", this::range),
        "dict", function("dict", arguments -> new Dict(entries("dict", arguments))),
        "namespace", function("namespace", GlobalFunctions::namespace),
        "joiner", function("joiner", GlobalFunctions::joiner),
        "raise_exception", function("raise_exception", GlobalFunctions::raise),
        "strftime_now", function("strftime_now", this::time));
  }

  private static Value function(String name, Callable body) {
    return new Function(name, body);
  }

  private Value range(Arguments arguments) {
    int given = arguments.positional().size();
    Bound bound =
        given == 1
            ? arguments.bind("range", List.of("stop"), List.of())
            : arguments.bind("range", List.of("start", "stop"), List.of("step"));
    Range range =
        new Range(bound.integer("start", 0), bound.integer("stop", 0), bound.integer("step", 1));
    if (range.step() == 0) {
      throw new Failure("the step of a range is zero");
    }
    if (range.length() > LONGEST_RANGE) {
      throw new Failure("a range of more than %d numbers is too long".formatted(LONGEST_RANGE));
    }
    budget.takeElements(range.length());
    return range;
  }

  private static Map<Value, Value> entries(String function, Arguments arguments) {
    Bound bound =
        new Arguments(arguments.positional(), Map.of())
            .bind(function, List.of(), List.of("mapping"));
    Map<Value, Value> entries = new LinkedHashMap<>();
    if (bound.values().containsKey("mapping")) {
      entries.putAll(pairs(function, bound.get("mapping")));
    }
    arguments.named().forEach((name, value) -> entries.put(new Text(name), value));
    return entries;
  }

  private static Map<Value, Value> pairs(String function, Value mapping) {
    if (mapping instanceof Dict dict) {
      return dict.entries();
    }
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (Value item : Sequences.list(mapping)) {
      List<Value> pair = Sequences.list(item);
      if (pair.size() != 2) {
        throw new Failure("%s needs pairs of keys and values".formatted(function));
      }
      entries.put(Keys.of(pair.get(0)), pair.get(1));
    }
    return entries;
  }

  private static Value namespace(Arguments arguments) {
    Namespace namespace = new Namespace();
    entries("namespace", arguments)
        .forEach(
            (name, value) -> {
              if (name instanceof Text text) {
                namespace.set(text.text(), value);
              }
            });
    return namespace;
  }

  /** Nothing at its first call, the separator at every other. */
  private static Value joiner(Arguments arguments) {
    Value separator =
        arguments.bind("joiner", List.of(), List.of("sep")).get("sep", new Text(", "));
    Namespace state = new Namespace();
    return function(
        "joiner",
        call -> {
          call.requireNone("joiner");
          Value result = state.get("called") == null ? Text.EMPTY : separator;
          state.set("called", separator);
          return result;
        });
  }

  private static Value raise(Arguments arguments) {
    Value message = arguments.bind("raise_exception", List.of("message"), List.of()).get("message");
    throw new Failure(
        message instanceof Undefined ? "it refuses the conversation" : PythonText.of(message));
  }

  private Value time(Arguments arguments) {
    String format = arguments.bind("strftime_now", List.of("format"), List.of()).text("format");
    return new Text(TimeFormat.of(now, format));
  }
}
