package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Arguments.Bound;
import io.llmforge.trainer.template.Value.Stream;
import io.llmforge.trainer.template.Value.Text;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** Filters that go through a sequence element by element, as they are asked for the next one. */
final class SelectionFilters {

  private final Attributes attributes;
  private final AttributePath paths;
  private final Filters filters;
  private final Tests tests;

  SelectionFilters(Attributes attributes, Filters filters, Tests tests) {
    this.attributes = attributes;
    this.paths = new AttributePath(attributes);
    this.filters = filters;
    this.tests = tests;
  }

  Map<String, FilterFunction> functions() {
    return Map.of(
        "map", this::map,
        "select", (input, arguments) -> selected(input, test(arguments)),
        "reject", (input, arguments) -> selected(input, test(arguments).negate()),
        "selectattr", (input, arguments) -> selected(input, attributeTest(arguments)),
        "rejectattr", (input, arguments) -> selected(input, attributeTest(arguments).negate()),
        "attr", this::attribute);
  }

  private Value map(Value input, Arguments arguments) {
    if (!Truth.of(input)) {
      return new Stream(List.<Value>of().iterator());
    }
    return new Stream(stream(input).map(mapping(arguments)).iterator());
  }

  private Function<Value, Value> mapping(Arguments arguments) {
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Bound bound = arguments.bind("map", List.of("attribute"), List.of("default"));
      return item -> paths.value(item, bound.get("attribute"), bound.get("default"));
    }
    String name = name(arguments, 0, "map needs a filter's name or an attribute");
    return item -> filters.apply(name, item, arguments.after(1));
  }

  private Predicate<Value> test(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      return Truth::of;
    }
    String name = name(arguments, 0, "select needs a test's name");
    return item -> tests.holds(name, item, arguments.after(1));
  }

  private Predicate<Value> attributeTest(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      throw new Failure("selectattr and rejectattr need an attribute");
    }
    Value path = arguments.positional().getFirst();
    Predicate<Value> test = test(arguments.after(1));
    return item -> test.test(paths.value(item, path));
  }

  private static Value selected(Value input, Predicate<Value> test) {
    return new Stream(
        Truth.of(input) ? stream(input).filter(test).iterator() : List.<Value>of().iterator());
  }

  /** Attributes alone, no keys. */
  private Value attribute(Value input, Arguments arguments) {
    String name = arguments.bind("attr", List.of("name"), List.of()).text("name");
    if (input instanceof Value.Dict dict && dict.entries().containsKey(new Text(name))) {
      Value found = attributes.attribute(input, name);
      return found instanceof Value.Function
          ? found
          : new Value.Undefined("a mapping has no attribute '%s'".formatted(name));
    }
    return attributes.attribute(input, name);
  }

  private static String name(Arguments arguments, int index, String otherwise) {
    if (arguments.positional().size() > index
        && arguments.positional().get(index) instanceof Text text) {
      return text.text();
    }
    throw new Failure(otherwise);
  }

  private static java.util.stream.Stream<Value> stream(Value input) {
    Iterator<Value> items = Sequences.iterator(input);
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(items, Spliterator.ORDERED), false);
  }
}
