package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Loop;
import io.llmforge.trainer.template.Value.Namespace;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Range;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Stream;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import io.llmforge.trainer.template.Value.View;

/** What counts as true: in Python, what is neither empty nor zero. */
final class Truth {

  private Truth() {}

  static boolean of(Value value) {
    return switch (value) {
      case Bool truth -> truth == Bool.TRUE;
      case None ignored -> false;
      case Undefined ignored -> false;
      case Int integer -> integer.number() != 0;
      case Real real -> real.number() != 0;
      case Text text -> !text.text().isEmpty();
      case ListOf list -> !list.items().isEmpty();
      case Tuple tuple -> !tuple.items().isEmpty();
      case Dict dict -> !dict.entries().isEmpty();
      case Range range -> range.length() > 0;
      case View view -> !view.items().isEmpty();
      case Stream ignored -> true;
      case Function ignored -> true;
      case Namespace ignored -> true;
      case Loop ignored -> true;
    };
  }
}
