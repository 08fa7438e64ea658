package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Arguments.Bound;
import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Callable;
import io.llmforge.trainer.template.Value.Function;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.ListOf;
import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Methods of strings. Results of a text that is marked as safe are marked so too. */
final class StringMethods {

  private final RenderBudget budget;

  StringMethods(RenderBudget budget) {
    this.budget = budget;
  }

  Optional<Value> method(Text text, String name) {
    return body(text, name).map(body -> new Function(name, body));
  }

  private Optional<Callable> body(Text text, String name) {
    return switch (name) {
      case "upper" -> changed(text, name, TextCases::upper);
      case "lower" -> changed(text, name, TextCases::lower);
      case "title" -> changed(text, name, TextCases::title);
      case "capitalize" -> changed(text, name, TextCases::capitalized);
      case "swapcase" -> changed(text, name, TextCases::swapped);
      case "strip", "lstrip", "rstrip" -> Optional.of(arguments -> strip(text, name, arguments));
      case "split", "rsplit" -> Optional.of(arguments -> split(text, name, arguments));
      case "splitlines" -> Optional.of(arguments -> lines(text, arguments));
      case "partition", "rpartition" -> Optional.of(arguments -> partition(text, name, arguments));
      case "startswith", "endswith" -> Optional.of(arguments -> affix(text, name, arguments));
      case "removeprefix", "removesuffix" ->
          Optional.of(arguments -> remove(text, name, arguments));
      case "replace" -> Optional.of(arguments -> replace(text, arguments));
      case "join" -> Optional.of(arguments -> join(text, arguments));
      case "find", "rfind", "index", "rindex", "count" ->
          Optional.of(arguments -> search(text, name, arguments));
      case "center", "ljust", "rjust", "zfill" ->
          Optional.of(arguments -> pad(text, name, arguments));
      case "isalpha",
          "isdigit",
          "isdecimal",
          "isnumeric",
          "isalnum",
          "isspace",
          "isupper",
          "islower",
          "istitle",
          "isascii",
          "isidentifier",
          "isprintable" ->
          TextKinds.question(text.text(), name);
      case "casefold", "encode", "expandtabs", "format", "format_map", "maketrans", "translate" ->
          Optional.of(
              arguments -> {
                throw new Failure("the method '%s' of a string is not supported".formatted(name));
              });
      default -> Optional.empty();
    };
  }

  private static Optional<Callable> changed(Text text, String name, UnaryOperator<String> change) {
    return Optional.of(
        arguments -> {
          arguments.requireNone(name);
          return like(text, change.apply(text.text()));
        });
  }

  private static Value strip(Text text, String name, Arguments arguments) {
    Value characters = positional(name, arguments, List.of(), List.of("chars")).get("chars");
    return like(text, TextSplitting.stripped(text.text(), name, characters));
  }

  private Value split(Text text, String name, Arguments arguments) {
    Bound bound = arguments.bind(name, List.of(), List.of("sep", "maxsplit"));
    long most = bound.integer("maxsplit", -1);
    TextSplitting splitting =
        bound.get("sep") == None.NONE
            ? TextSplitting.atWhiteSpace(text.text(), most)
            : TextSplitting.at(text.text(), bound.text("sep"), most);
    List<String> parts = name.equals("split") ? splitting.fromStart() : splitting.fromEnd();
    budget.takeElements(parts.size());
    return new ListOf(parts.stream().map(part -> like(text, part)).toList());
  }

  private static Value lines(Text text, Arguments arguments) {
    Bound bound = arguments.bind("splitlines", List.of(), List.of("keepends"));
    return new ListOf(
        (bound.isTrue("keepends")
                ? TextSplitting.linesWithEnds(text.text())
                : TextSplitting.lines(text.text()))
            .stream().map(line -> like(text, line)).toList());
  }

  private static Value partition(Text text, String name, Arguments arguments) {
    String separator = positional(name, arguments, List.of("sep"), List.of()).text("sep");
    TextSplitting.requireSeparator(separator);
    String whole = text.text();
    boolean first = name.equals("partition");
    int at = first ? whole.indexOf(separator) : whole.lastIndexOf(separator);
    if (at < 0) {
      return first
          ? Tuple.of(text, Text.EMPTY, Text.EMPTY)
          : Tuple.of(Text.EMPTY, Text.EMPTY, text);
    }
    return Tuple.of(
        like(text, whole.substring(0, at)),
        like(text, separator),
        like(text, whole.substring(at + separator.length())));
  }

  private static Value affix(Text text, String name, Arguments arguments) {
    Bound bound = positional(name, arguments, List.of("affix"), List.of("start", "end"));
    SliceRange range = new SliceRange(bound.get("start"), bound.get("end"), None.NONE);
    String part = CodePoints.slice(text.text(), range);
    List<Value> affixes =
        bound.get("affix") instanceof Tuple tuple ? tuple.items() : List.of(bound.get("affix"));
    boolean found = false;
    for (Value affix : affixes) {
      if (!(affix instanceof Text wanted)) {
        throw new Failure("%s needs a string or a tuple of strings".formatted(name));
      }
      found |=
          name.equals("startswith") ? part.startsWith(wanted.text()) : part.endsWith(wanted.text());
    }
    return Bool.of(found);
  }

  private static Value remove(Text text, String name, Arguments arguments) {
    String affix = positional(name, arguments, List.of("affix"), List.of()).text("affix");
    String whole = text.text();
    if (name.equals("removeprefix")) {
      return whole.startsWith(affix) ? like(text, whole.substring(affix.length())) : text;
    }
    return whole.endsWith(affix)
        ? like(text, whole.substring(0, whole.length() - affix.length()))
        : text;
  }

  private Value replace(Text text, Arguments arguments) {
    Bound bound = arguments.bind("replace", List.of("old", "new"), List.of("count"));
    String replacement =
        text.marking() == Value.Marking.SAFE && bound.get("new") instanceof Text other
            ? HtmlText.escaped(other).text()
            : bound.text("new");
    return like(
        text,
        new Replacement(budget)
            .replaced(text.text(), bound.text("old"), replacement, bound.integer("count", -1)));
  }

  private Value join(Text text, Arguments arguments) {
    Value items = positional("join", arguments, List.of("iterable"), List.of()).get("iterable");
    StringBuilder joined = new StringBuilder();
    String separator = "";
    for (Value item : Sequences.list(items)) {
      if (!(item instanceof Text part)) {
        throw new Failure("join joins strings, not %s".formatted(TypeNames.of(item)));
      }
      budget.take(separator.length() + (long) part.text().length());
      joined.append(separator).append(part.text());
      separator = text.text();
    }
    return like(text, joined.toString());
  }

  private static Value search(Text text, String name, Arguments arguments) {
    Bound bound = positional(name, arguments, List.of("sub"), List.of("start", "end"));
    if (bound.get("start") != None.NONE || bound.get("end") != None.NONE) {
      throw new Failure("%s with a start or end is not supported".formatted(name));
    }
    String whole = text.text();
    String part = bound.text("sub");
    if (name.equals("count")) {
      return new Int(Replacement.occurrences(whole, part));
    }
    int at = name.startsWith("r") ? whole.lastIndexOf(part) : whole.indexOf(part);
    if (at < 0 && name.endsWith("index")) {
      throw new Failure("the string does not hold %s".formatted(PythonText.quoted(part)));
    }
    return new Int(CodePoints.index(whole, at));
  }

  private Value pad(Text text, String name, Arguments arguments) {
    boolean fills = !name.equals("zfill");
    Bound bound =
        positional(name, arguments, List.of("width"), fills ? List.of("fillchar") : List.of());
    String fill = bound.get("fillchar") == None.NONE ? " " : bound.text("fillchar");
    long width = bound.integer("width", 0);
    budget.take(width);
    return like(text, Padding.padded(text.text(), name, width, fill));
  }

  /** Python takes these arguments by position alone. */
  private static Bound positional(
      String name, Arguments arguments, List<String> required, List<String> optional) {
    if (!arguments.named().isEmpty()) {
      throw new Failure("%s takes no arguments by name".formatted(name));
    }
    return arguments.bind(name, required, optional);
  }

  private static Value like(Text text, String result) {
    return new Text(result, text.marking());
  }
}
