package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Arguments.Bound;
import io.llmforge.trainer.template.Expression.Operator;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Stream;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Filters that look at sequences as a whole. */
final class SequenceFilters {

  private final RenderBudget budget;
  private final AttributePath paths;

  SequenceFilters(RenderBudget budget, Attributes attributes) {
    this.budget = budget;
    this.paths = new AttributePath(attributes);
  }

  Map<String, FilterFunction> functions() {
    return Map.ofEntries(
        Map.entry("length", SequenceFilters::length),
        Map.entry("count", SequenceFilters::length),
        Map.entry("default", SequenceFilters::ifUndefined),
        Map.entry("d", SequenceFilters::ifUndefined),
        Map.entry("first", SequenceFilters::first),
        Map.entry("last", SequenceFilters::last),
        Map.entry("list", SequenceFilters::list),
        Map.entry("items", SequenceFilters::items),
        Map.entry("reverse", SequenceFilters::reverse),
        Map.entry("join", this::join),
        Map.entry("sum", this::sum),
        Map.entry("batch", this::batch));
  }

  private static Value length(Value input, Arguments arguments) {
    arguments.requireNone("length");
    return new Int(Sequences.length(input));
  }

  private static Value ifUndefined(Value input, Arguments arguments) {
    Bound bound = arguments.bind("default", List.of(), List.of("default_value", "boolean"));
    boolean replaced = input instanceof Undefined || (bound.isTrue("boolean") && !Truth.of(input));
    return replaced ? bound.get("default_value", Text.EMPTY) : input;
  }

  private static Value first(Value input, Arguments arguments) {
    arguments.requireNone("first");
    Iterator<Value> items = Sequences.iterator(input);
    return items.hasNext() ? items.next() : new Undefined("there is no first element");
  }

  private static Value last(Value input, Arguments arguments) {
    arguments.requireNone("last");
    if (input instanceof Stream) {
      throw new Failure("a filter's result has no last element; make a list of it first");
    }
    List<Value> items = Sequences.list(input);
    return items.isEmpty() ? new Undefined("there is no last element") : items.getLast();
  }

  private static Value list(Value input, Arguments arguments) {
    arguments.requireNone("list");
    return new ListOf(Sequences.list(input));
  }

  private static Value items(Value input, Arguments arguments) {
    arguments.requireNone("items");
    return new Stream(
        switch (input) {
          case Undefined ignored -> List.<Value>of().iterator();
          case Dict dict ->
              dict.entries().entrySet().stream()
                  .<Value>map(entry -> Tuple.of(entry.getKey(), entry.getValue()))
                  .iterator();
          default -> throw new Failure("items needs a mapping, not " + TypeNames.of(input));
        });
  }

  private static Value reverse(Value input, Arguments arguments) {
    arguments.requireNone("reverse");
    if (input instanceof Text text) {
      return new Text(CodePoints.reversed(text.text()), text.marking());
    }
    List<Value> reversed = Sequences.list(input).reversed();
    return input instanceof Stream ? new ListOf(reversed) : new Stream(reversed.iterator());
  }

  private Value join(Value input, Arguments arguments) {
    Bound bound = arguments.bind("join", List.of(), List.of("d", "attribute"));
    String separator = PythonText.of(bound.get("d", Text.EMPTY));
    StringBuilder joined = new StringBuilder();
    Iterator<Value> items = Sequences.iterator(input);
    while (items.hasNext()) {
      Value item = paths.value(items.next(), bound.get("attribute"));
      String text = PythonText.of(item);
      budget.take(text.length() + (long) separator.length());
      joined.append(text).append(items.hasNext() ? separator : "");
    }
    return new Text(joined.toString());
  }

  private Value sum(Value input, Arguments arguments) {
    Bound bound = arguments.bind("sum", List.of(), List.of("attribute", "start"));
    Arithmetic arithmetic = new Arithmetic(budget);
    Value sum = bound.get("start", new Int(0));
    if (sum instanceof Text) {
      throw new Failure("sum adds no strings; join them");
    }
    Iterator<Value> items = Sequences.iterator(input);
    while (items.hasNext()) {
      Value item = paths.value(items.next(), bound.get("attribute"));
      sum = arithmetic.calculate(Operator.ADD, sum, item);
    }
    return sum;
  }

  private Value batch(Value input, Arguments arguments) {
    Bound bound = arguments.bind("batch", List.of("linecount"), List.of("fill_with"));
    long size = bound.integer("linecount", 0);
    if (size < 1 || size > Integer.MAX_VALUE) {
      throw new Failure("batch needs a positive number of elements");
    }
    if (bound.get("fill_with") != None.NONE) {
      budget.takeElements(size);
    }
    List<Value> batches = new ArrayList<>();
    List<Value> items = Sequences.list(input);
    for (int start = 0; start < items.size(); start += (int) size) {
      List<Value> batch =
          new ArrayList<>(items.subList(start, (int) Math.min(start + size, items.size())));
      while (batch.size() < size && bound.get("fill_with") != None.NONE) {
        batch.add(bound.get("fill_with"));
      }
      batches.add(new ListOf(batch));
    }
    return new Stream(batches.iterator());
  }
}
