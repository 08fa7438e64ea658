package io.llmforge.trainer.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Variables of a block, and through it those of the blocks around it, as they are now. */
final class Scope {

  private final @Nullable Scope around;
  private final Map<String, Value> variables = new HashMap<>();

  private Scope(@Nullable Scope around) {
    this.around = around;
  }

  /** The outermost scope. */
  static Scope of(Map<String, Value> variables) {
    Scope scope = new Scope(null);
    scope.variables.putAll(variables);
    return scope;
  }

  /** What is set in the inner scope is not seen outside it. */
  Scope inner() {
    return new Scope(this);
  }

  Optional<Value> find(String name) {
    for (Scope scope = this; scope != null; scope = scope.around) {
      Value value = scope.variables.get(name);
      if (value != null) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  void set(String name, Value value) {
    variables.put(name, value);
  }
}
