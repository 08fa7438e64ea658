package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Undefined;

/** {@code attribute='a.b.0'} of filters: keys and indices with dots between them. */
final class AttributePath {

  private final Attributes attributes;

  AttributePath(Attributes attributes) {
    this.attributes = attributes;
  }

  /** The value itself when the path is none. */
  Value value(Value item, Value path) {
    return value(item, path, None.NONE);
  }

  /**
   * The value at a path.
   *
   * @param ifUndefined stands for every part of the path that is undefined, unless it is none
   */
  Value value(Value item, Value path, Value ifUndefined) {
    Value found = item;
    switch (path) {
      case None ignored -> {}
      case Text text -> {
        for (String part : text.text().split("\\.", -1)) {
          found = step(found, key(part), ifUndefined);
        }
      }
      default -> found = step(found, path, ifUndefined);
    }
    return found;
  }

  private Value step(Value target, Value key, Value ifUndefined) {
    Value found = attributes.item(target, key);
    return found instanceof Undefined && ifUndefined != None.NONE ? ifUndefined : found;
  }

  private static Value key(String part) {
    boolean isIndex = part.length() < 10 && TextKinds.holds(part, "isdecimal");
    return isIndex ? new Int(Integer.parseInt(part)) : new Text(part);
  }
}
