package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.Loop;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import java.util.List;
import java.util.Optional;

/** Where a loop is. */
final class LoopState implements Loop {

  private final List<Value> items;
  private final int depth;

  /** Renders the loop's body for other items, when the loop is recursive. */
  private final Optional<Callable> recursion;

  private int index = -1;
  private Value lastChanged = None.NONE;

  LoopState(List<Value> items, int depth, Optional<Callable> recursion) {
    this.items = items;
    this.depth = depth;
    this.recursion = recursion;
  }

  /** Goes on to the next element. */
  boolean next() {
    index++;
    return index < items.size();
  }

  Value item() {
    return items.get(index);
  }

  int depth() {
    return depth;
  }

  @Override
  public long length() {
    return items.size();
  }

  @Override
  public Value attribute(String name) {
    return switch (name) {
      case "index" -> new Int(index + 1L);
      case "index0" -> new Int(index);
      case "revindex" -> new Int(items.size() - (long) index);
      case "revindex0" -> new Int(items.size() - index - 1L);
      case "first" -> Bool.of(index == 0);
      case "last" -> Bool.of(index == items.size() - 1);
      case "length" -> new Int(items.size());
      case "depth" -> new Int(depth + 1L);
      case "depth0" -> new Int(depth);
      case "previtem" ->
          index == 0 ? new Undefined("there is no previous item") : items.get(index - 1);
      case "nextitem" ->
          index == items.size() - 1 ? new Undefined("there is no next item") : items.get(index + 1);
      case "cycle" -> new Function(name, this::cycle);
      case "changed" -> new Function(name, this::changed);
      default -> new Undefined("the variable loop has no '%s'".formatted(name));
    };
  }

  @Override
  public Value call(Arguments arguments) {
    return recursion
        .orElseThrow(() -> new Failure("the loop is not marked as recursive"))
        .call(arguments);
  }

  private Value cycle(Arguments arguments) {
    List<Value> values = arguments.positional();
    if (values.isEmpty() || !arguments.named().isEmpty()) {
      throw new Failure("cycle needs values to go through");
    }
    return values.get(index % values.size());
  }

  private Value changed(Arguments arguments) {
    Value now = new Tuple(arguments.positional());
    boolean changed = !Equality.equal(now, lastChanged);
    lastChanged = now;
    return Bool.of(changed);
  }
}
