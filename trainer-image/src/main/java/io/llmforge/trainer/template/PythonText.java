package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.Loop;
import io.llmforge.trainer.template.Value.Marking;
import io.llmforge.trainer.template.Value.Namespace;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Range;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Stream;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import io.llmforge.trainer.template.Value.Undefined;
import io.llmforge.trainer.template.Value.View;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Values as Python prints them, alone ({@code str}) or inside others ({@code repr}). */
final class PythonText {

  private PythonText() {}

  /** What a template writes of a value. */
  static String of(Value value) {
    return switch (value) {
      case Text text -> text.text();
      case Undefined ignored -> "";
      default -> inside(value);
    };
  }

  /** As a text that keeps its marking. */
  static Text soft(Value value) {
    return value instanceof Text text ? text : new Text(of(value));
  }

  /** What a list shows of its elements. */
  static String inside(Value value) {
    return switch (value) {
      case Text text ->
          text.marking() == Marking.SAFE
              ? "Markup(%s)".formatted(quoted(text.text()))
              : quoted(text.text());
      case Undefined ignored -> "Undefined";
      case None ignored -> "None";
      case Bool truth -> truth == Bool.TRUE ? "True" : "False";
      case Int integer -> Long.toString(integer.number());
      case Real real -> Numbers.text(real.number());
      case ListOf list -> "[%s]".formatted(inside(list.items()));
      case Tuple tuple ->
          tuple.items().size() == 1
              ? "(%s,)".formatted(inside(tuple.items()))
              : "(%s)".formatted(inside(tuple.items()));
      case Dict dict ->
          dict.entries().entrySet().stream()
              .map(entry -> inside(entry.getKey()) + ": " + inside(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Range range ->
          range.step() == 1
              ? "range(%d, %d)".formatted(range.start(), range.stop())
              : "range(%d, %d, %d)".formatted(range.start(), range.stop(), range.step());
      case View view -> "%s([%s])".formatted(view.name(), inside(view.items()));
      case Stream ignored -> throw notPrinted(value);
      case Function ignored -> throw notPrinted(value);
      case Namespace ignored -> throw notPrinted(value);
      case Loop ignored -> throw notPrinted(value);
    };
  }

  /** In quotes that the text does not hold, if there are such, with Python's escapes. */
  static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder().append(quote);
    text.codePoints().forEach(codePoint -> quoted.append(escaped(codePoint, quote)));
    return quoted.append(quote).toString();
  }

  private static String inside(List<Value> items) {
    return items.stream().map(PythonText::inside).collect(Collectors.joining(", "));
  }

  /** Python would write an address in memory, which no golden text can hold. */
  private static Failure notPrinted(Value value) {
    return new Failure("%s has no text; it cannot be printed".formatted(TypeNames.of(value)));
  }

  private static String escaped(int codePoint, char quote) {
    return switch (codePoint) {
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> {
        if (codePoint == quote) {
          yield "\\" + quote;
        }
        yield isPrintable(codePoint) ? Character.toString(codePoint) : hexadecimal(codePoint);
      }
    };
  }

  private static String hexadecimal(int codePoint) {
    String form = codePoint <= 0xff ? "\\x%02x" : codePoint <= 0xffff ? "\\u%04x" : "\\U%08x";
    return String.format(Locale.ROOT, form, codePoint);
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> codePoint == ' ';
      default -> true;
    };
  }
}
