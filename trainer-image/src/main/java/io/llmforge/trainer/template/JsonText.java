package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * JSON as Python's {@code json.dumps} writes it: blanks after commas and colons unless it is
 * indented, and no escape of what HTML would mind.
 */
final class JsonText {

  /** How to write it. */
  record Form(Ascii ascii, String indent, Separators separators, KeyOrder keys) {
    /** Whether characters beyond ASCII are escaped. */
    enum Ascii {
      AS_IT_IS,
      ESCAPED
    }

    enum KeyOrder {
      INSERTED,
      SORTED
    }

    /** Stands for "all on one line" as indentation. */
    static final String ONE_LINE = "none";
  }

  record Separators(String items, String keys) {}

  private final Form form;
  private final StringBuilder json = new StringBuilder();

  private JsonText(Form form) {
    this.form = form;
  }

  static String of(Value value, Form form) {
    JsonText text = new JsonText(form);
    text.write(value, 0);
    return text.json.toString();
  }

  private void write(Value value, int depth) {
    switch (value) {
      case Text text -> string(text.text());
      case ListOf list -> items(list.items(), depth);
      case Tuple tuple -> items(tuple.items(), depth);
      case Dict dict -> entries(dict, depth);
      default -> json.append(scalar(value));
    }
  }

  private String scalar(Value value) {
    return switch (value) {
      case None ignored -> "null";
      case Bool truth -> truth == Bool.TRUE ? "true" : "false";
      case Int integer -> Long.toString(integer.number());
      case Real real -> real(real.number());
      default -> throw new Failure("%s has no JSON".formatted(TypeNames.of(value)));
    };
  }

  private static String real(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "Infinity" : "-Infinity";
    }
    return Numbers.text(number);
  }

  private void items(List<Value> items, int depth) {
    elements("[", items.iterator(), "]", depth, item -> write(item, depth + 1));
  }

  private void entries(Dict dict, int depth) {
    List<Map.Entry<Value, Value>> entries = List.copyOf(dict.entries().entrySet());
    if (form.keys() == Form.KeyOrder.SORTED) {
      entries = entries.stream().sorted((a, b) -> Equality.order(a.getKey(), b.getKey())).toList();
    }
    elements(
        "{",
        entries.iterator(),
        "}",
        depth,
        entry -> {
          string(entry.getKey() instanceof Text text ? text.text() : scalar(entry.getKey()));
          json.append(form.separators().keys());
          write(entry.getValue(), depth + 1);
        });
  }

  private <T> void elements(
      String open, Iterator<T> elements, String close, int depth, Consumer<T> writer) {
    json.append(open);
    boolean any = elements.hasNext();
    while (elements.hasNext()) {
      newLine(depth + 1);
      writer.accept(elements.next());
      if (elements.hasNext()) {
        json.append(form.separators().items());
      }
    }
    if (any) {
      newLine(depth);
    }
    json.append(close);
  }

  private void newLine(int depth) {
    if (!form.indent().equals(Form.ONE_LINE)) {
      json.append('\n').append(form.indent().repeat(depth));
    }
  }

  private void string(String text) {
    json.append('"');
    text.chars().forEach(unit -> json.append(escaped((char) unit)));
    json.append('"');
  }

  private String escaped(char unit) {
    return switch (unit) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      default -> {
        boolean isEscaped = unit < ' ' || (form.ascii() == Form.Ascii.ESCAPED && unit > '~');
        yield isEscaped
            ? String.format(Locale.ROOT, "\\u%04x", (int) unit)
            : Character.toString(unit);
      }
    };
  }
}
