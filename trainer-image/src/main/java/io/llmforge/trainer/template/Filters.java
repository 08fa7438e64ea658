package io.llmforge.trainer.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Jinja's filters by name. */
final class Filters {

  private final Map<String, FilterFunction> functions = new HashMap<>();

  Filters(RenderBudget budget, Attributes attributes, Tests tests) {
    functions.putAll(new TextFilters(budget).functions());
    functions.putAll(new NumberFilters().functions());
    functions.putAll(new SequenceFilters(budget, attributes).functions());
    functions.putAll(new OrderFilters(attributes).functions());
    functions.putAll(new SelectionFilters(attributes, this, tests).functions());
  }

  Value apply(String name, Value input, Arguments arguments) {
    FilterFunction function = functions.get(name);
    if (function == null) {
      throw new Failure("the filter '%s' is not supported".formatted(name));
    }
    return function.apply(input, arguments);
  }

  Set<String> names() {
    return Set.copyOf(functions.keySet());
  }
}
