package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Arguments.Bound;
import io.llmforge.trainer.template.JsonText.Form;
import io.llmforge.trainer.template.JsonText.Separators;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.Marking;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Filters that make texts. */
final class TextFilters {

  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  /** What the filter {@code title} sees as the beginning of words. */
  private static final Pattern WORD_START =
      Pattern.compile(
          "(?<=[-\\s({\\[<])(?![-\\s({\\[<])|(?<![-\\s({\\[<])(?=[-\\s({\\[<])",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final RenderBudget budget;

  TextFilters(RenderBudget budget) {
    this.budget = budget;
  }

  Map<String, FilterFunction> functions() {
    return Map.ofEntries(
        Map.entry("upper", changed("upper", TextCases::upper)),
        Map.entry("lower", changed("lower", TextCases::lower)),
        Map.entry("capitalize", changed("capitalize", TextCases::capitalized)),
        Map.entry("title", TextFilters::title),
        Map.entry("string", TextFilters::string),
        Map.entry("safe", TextFilters::safe),
        Map.entry("escape", TextFilters::escape),
        Map.entry("e", TextFilters::escape),
        Map.entry("forceescape", TextFilters::forceEscape),
        Map.entry("trim", TextFilters::trim),
        Map.entry("center", this::center),
        Map.entry("replace", this::replace),
        Map.entry("indent", this::indent),
        Map.entry("format", TextFilters::format),
        Map.entry("wordcount", TextFilters::wordCount),
        Map.entry("tojson", TextFilters::toJson));
  }

  private static FilterFunction changed(String name, UnaryOperator<String> change) {
    return (input, arguments) -> {
      arguments.requireNone(name);
      Text text = PythonText.soft(input);
      return new Text(change.apply(text.text()), text.marking());
    };
  }

  private static Value title(Value input, Arguments arguments) {
    arguments.requireNone("title");
    return new Text(
        WORD_START
            .splitAsStream(PythonText.of(input))
            .filter(part -> !part.isEmpty())
            .map(TextFilters::firstUpper)
            .collect(Collectors.joining()));
  }

  private static String firstUpper(String part) {
    int first = part.offsetByCodePoints(0, 1);
    return TextCases.upper(part.substring(0, first)) + TextCases.lower(part.substring(first));
  }

  private static Value string(Value input, Arguments arguments) {
    arguments.requireNone("string");
    return PythonText.soft(input);
  }

  private static Value safe(Value input, Arguments arguments) {
    arguments.requireNone("safe");
    return new Text(PythonText.of(input), Marking.SAFE);
  }

  private static Value escape(Value input, Arguments arguments) {
    arguments.requireNone("escape");
    return HtmlText.escaped(PythonText.soft(input));
  }

  private static Value forceEscape(Value input, Arguments arguments) {
    arguments.requireNone("forceescape");
    return HtmlText.forced(PythonText.of(input));
  }

  private static Value trim(Value input, Arguments arguments) {
    Value characters = arguments.bind("trim", List.of(), List.of("chars")).get("chars");
    Text text = PythonText.soft(input);
    return new Text(TextSplitting.stripped(text.text(), "strip", characters), text.marking());
  }

  private Value center(Value input, Arguments arguments) {
    long width = arguments.bind("center", List.of(), List.of("width")).integer("width", 80);
    budget.take(width);
    Text text = PythonText.soft(input);
    return new Text(Padding.padded(text.text(), "center", width, " "), text.marking());
  }

  private Value replace(Value input, Arguments arguments) {
    Bound bound = arguments.bind("replace", List.of("old", "new"), List.of("count"));
    long most = bound.get("count") == None.NONE ? -1 : bound.integer("count", -1);
    return new Text(
        new Replacement(budget)
            .replaced(
                PythonText.of(input),
                PythonText.of(bound.get("old")),
                PythonText.of(bound.get("new")),
                most));
  }

  /** Indents lines but the first, and empty ones only when they are asked for. */
  private Value indent(Value input, Arguments arguments) {
    Bound bound = arguments.bind("indent", List.of(), List.of("width", "first", "blank"));
    String text = input instanceof Text given ? given.text() : notAText(input);
    String indentation =
        bound.get("width") instanceof Text width
            ? width.text()
            : " ".repeat(narrow(bound.integer("width", 4)));
    List<String> lines = TextSplitting.lines(text + "\n");
    budget.take(text.length() + (long) lines.size() * (indentation.length() + 1L));
    StringBuilder indented = new StringBuilder(bound.isTrue("first") ? indentation : "");
    for (int index = 0; index < lines.size(); index++) {
      String line = lines.get(index);
      boolean isIndented = index > 0 && (!line.isEmpty() || bound.isTrue("blank"));
      indented.append(index > 0 ? "\n" : "").append(isIndented ? indentation : "").append(line);
    }
    return new Text(indented.toString(), ((Text) input).marking());
  }

  private static Value format(Value input, Arguments arguments) {
    if (!arguments.named().isEmpty()) {
      throw new Failure("format with named values is not supported");
    }
    return PercentFormat.of(PythonText.soft(input), new Tuple(arguments.positional()));
  }

  private static Value wordCount(Value input, Arguments arguments) {
    arguments.requireNone("wordcount");
    return new Int(WORD.matcher(PythonText.of(input)).results().count());
  }

  private static Value toJson(Value input, Arguments arguments) {
    Bound bound =
        arguments.bind(
            "tojson", List.of(), List.of("ensure_ascii", "indent", "separators", "sort_keys"));
    Value indent = bound.get("indent");
    Form form =
        new Form(
            bound.isTrue("ensure_ascii") ? Form.Ascii.ESCAPED : Form.Ascii.AS_IT_IS,
            indentation(indent),
            separators(bound.get("separators"), indent),
            bound.isTrue("sort_keys") ? Form.KeyOrder.SORTED : Form.KeyOrder.INSERTED);
    return new Text(JsonText.of(input, form));
  }

  private static String indentation(Value indent) {
    return switch (indent) {
      case None ignored -> Form.ONE_LINE;
      case Text text -> text.text();
      default -> " ".repeat(narrow(Numbers.index(indent)));
    };
  }

  private static Separators separators(Value separators, Value indent) {
    if (separators == None.NONE) {
      return new Separators(indent == None.NONE ? ", " : ",", ": ");
    }
    List<Value> pair = Sequences.list(separators);
    if (pair.size() == 2 && pair.get(0) instanceof Text items && pair.get(1) instanceof Text keys) {
      return new Separators(items.text(), keys.text());
    }
    throw new Failure("tojson needs two strings as separators");
  }

  private static int narrow(long width) {
    if (width > 1000) {
      throw new Failure("an indentation of %d characters is too wide".formatted(width));
    }
    return (int) Math.max(0, width);
  }

  private static String notAText(Value input) {
    throw new Failure("indent needs a string, not %s".formatted(TypeNames.of(input)));
  }
}
