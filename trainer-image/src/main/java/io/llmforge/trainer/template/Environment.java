package io.llmforge.trainer.template;

import java.time.LocalDateTime;
import java.util.Map;

/** What the parts of one rendering share. */
final class Environment {

  private final RenderBudget budget = new RenderBudget();
  private final Arithmetic arithmetic = new Arithmetic(budget);
  private final Attributes attributes = new Attributes(budget);
  private final Tests tests = new Tests(budget);
  private final Filters filters = new Filters(budget, attributes, tests);
  private final Map<String, Value> globals;

  Environment(LocalDateTime now) {
    this.globals = new GlobalFunctions(budget, now).functions();
  }

  RenderBudget budget() {
    return budget;
  }

  Arithmetic arithmetic() {
    return arithmetic;
  }

  Attributes attributes() {
    return attributes;
  }

  Tests tests() {
    return tests;
  }

  Filters filters() {
    return filters;
  }

  Map<String, Value> globals() {
    return globals;
  }
}
