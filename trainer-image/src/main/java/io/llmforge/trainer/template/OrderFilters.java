package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Arguments.Bound;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Stream;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Filters that compare elements with each other. Strings are compared without case by default. */
final class OrderFilters {

  private final AttributePath paths;

  OrderFilters(Attributes attributes) {
    this.paths = new AttributePath(attributes);
  }

  Map<String, FilterFunction> functions() {
    return Map.of(
        "sort", this::sort,
        "dictsort", OrderFilters::dictSort,
        "unique", this::unique,
        "min", (input, arguments) -> extreme(input, arguments, "min"),
        "max", (input, arguments) -> extreme(input, arguments, "max"));
  }

  private Value sort(Value input, Arguments arguments) {
    Bound bound =
        arguments.bind("sort", List.of(), List.of("reverse", "case_sensitive", "attribute"));
    List<Value> sorted = new ArrayList<>(Sequences.list(input));
    Comparator<Value> order = Comparator.comparing(item -> keys(item, bound), Equality::order);
    sorted.sort(bound.isTrue("reverse") ? order.reversed() : order);
    return new ListOf(sorted);
  }

  /** Several attributes may stand there, with commas between them. */
  private Value keys(Value item, Bound bound) {
    if (!(bound.get("attribute") instanceof Text attribute)) {
      return key(item, bound);
    }
    List<Value> keys = new ArrayList<>();
    for (String path : attribute.text().split(",", -1)) {
      keys.add(cased(paths.value(item, new Text(path)), bound));
    }
    return new ListOf(keys);
  }

  private Value key(Value item, Bound bound) {
    return cased(paths.value(item, bound.get("attribute")), bound);
  }

  private static Value cased(Value key, Bound bound) {
    return key instanceof Text text && !bound.isTrue("case_sensitive")
        ? new Text(TextCases.lower(text.text()))
        : key;
  }

  private static Value dictSort(Value input, Arguments arguments) {
    Bound bound = arguments.bind("dictsort", List.of(), List.of("case_sensitive", "by", "reverse"));
    String by = bound.values().containsKey("by") ? bound.text("by") : "key";
    if (!by.equals("key") && !by.equals("value")) {
      throw new Failure("dictsort sorts by 'key' or 'value'");
    }
    if (!(input instanceof Dict dict)) {
      throw new Failure("dictsort needs a mapping, not " + TypeNames.of(input));
    }
    Comparator<Map.Entry<Value, Value>> order =
        Comparator.comparing(
            entry -> cased(by.equals("key") ? entry.getKey() : entry.getValue(), bound),
            Equality::order);
    return new ListOf(
        dict.entries().entrySet().stream()
            .sorted(bound.isTrue("reverse") ? order.reversed() : order)
            .<Value>map(entry -> Tuple.of(entry.getKey(), entry.getValue()))
            .toList());
  }

  private Value unique(Value input, Arguments arguments) {
    Bound bound = arguments.bind("unique", List.of(), List.of("case_sensitive", "attribute"));
    Set<Value> seen = new HashSet<>();
    return new Stream(
        Sequences.list(input).stream()
            .filter(item -> seen.add(Keys.comparable(key(item, bound))))
            .iterator());
  }

  private Value extreme(Value input, Arguments arguments, String name) {
    Bound bound = arguments.bind(name, List.of(), List.of("case_sensitive", "attribute"));
    Iterator<Value> items = Sequences.iterator(input);
    if (!items.hasNext()) {
      return new Undefined("there is no %s of nothing".formatted(name));
    }
    Value best = items.next();
    while (items.hasNext()) {
      Value item = items.next();
      int order = Equality.order(key(item, bound), key(best, bound));
      best = (name.equals("min") ? order < 0 : order > 0) ? item : best;
    }
    return best;
  }
}
