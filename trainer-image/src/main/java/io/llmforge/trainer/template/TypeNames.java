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

/** Names of kinds of values, for messages. */
final class TypeNames {

  private TypeNames() {}

  static String of(Value value) {
    return switch (value) {
      case Text ignored -> "a string";
      case Int ignored -> "an integer";
      case Real ignored -> "a number";
      case Bool ignored -> "a boolean";
      case None ignored -> "none";
      case Undefined undefined -> undefined.reason() + ": an undefined value";
      case ListOf ignored -> "a list";
      case Tuple ignored -> "a tuple";
      case Dict ignored -> "a mapping";
      case Range ignored -> "a range";
      case View ignored -> "a mapping's view";
      case Stream ignored -> "a filter's result";
      case Function function -> "the function " + function.name();
      case Namespace ignored -> "a namespace";
      case Loop ignored -> "the variable loop";
    };
  }
}
