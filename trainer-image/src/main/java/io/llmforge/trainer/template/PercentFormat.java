package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Dict;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Tuple;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code "%s of %d" % (a, b)}, for the conversions s, r, d, i, f and x. */
final class PercentFormat {

  private static final Pattern CONVERSION =
      Pattern.compile(
          "%(?:\\((?<key>[^)]*)\\))?(?<flags>[-+ 0#]*)(?<width>\\d*)(?:\\.(?<precision>\\d+))?(?<kind>.)?",
          Pattern.DOTALL);
  private static final int WIDEST = 10_000;

  private final Value given;
  private final List<Value> values;
  private int used;

  private PercentFormat(Value given) {
    this.given = given;
    this.values = given instanceof Tuple tuple ? tuple.items() : List.of(given);
  }

  static Text of(Text format, Value given) {
    return new Text(new PercentFormat(given).format(format.text()), format.marking());
  }

  private String format(String format) {
    StringBuilder text = new StringBuilder();
    Matcher conversion = CONVERSION.matcher(format);
    int done = 0;
    while (conversion.find(done)) {
      text.append(format, done, conversion.start());
      text.append(converted(conversion));
      done = conversion.end();
    }
    text.append(format.substring(done));
    if (used < values.size() && !(given instanceof Dict)) {
      throw new Failure("the format has fewer places than there are values");
    }
    return text.toString();
  }

  private String converted(Matcher conversion) {
    String kind = conversion.group("kind");
    if (kind == null) {
      throw new Failure("the format ends after a %");
    }
    if (kind.equals("%")) {
      return "%";
    }
    String precision = conversion.group("precision");
    Value value = value(conversion.group("key"));
    String text =
        switch (kind) {
          case "s" -> cut(PythonText.of(value), precision);
          case "r" -> cut(PythonText.inside(value), precision);
          case "d", "i" -> Long.toString(integer(value));
          case "x" -> Long.toString(integer(value), 16);
          case "f" ->
              String.format(
                  Locale.ROOT,
                  "%%.%sf".formatted(precision == null ? "6" : precision),
                  Numbers.real(
                      Numbers.number(value)
                          .orElseThrow(() -> new Failure("the conversion f needs a number"))));
          default -> throw new Failure("the conversion %%%s is not supported".formatted(kind));
        };
    return padded(text, conversion.group("flags"), conversion.group("width"), kind);
  }

  private Value value(@org.jspecify.annotations.Nullable String key) {
    if (key != null) {
      if (!(given instanceof Dict dict)) {
        throw new Failure("the format names '%s', but no mapping is given".formatted(key));
      }
      Value value = dict.entries().get(new Text(key));
      if (value == null) {
        throw new Failure("the format names '%s', which is not given".formatted(key));
      }
      return value;
    }
    if (used == values.size()) {
      throw new Failure("the format has more places than there are values");
    }
    return values.get(used++);
  }

  private static long integer(Value value) {
    Value number =
        Numbers.number(value)
            .orElseThrow(() -> new Failure("the conversions d, i and x need a number"));
    return number instanceof Int(long integer) ? integer : (long) Numbers.real(number);
  }

  private static String cut(String text, @org.jspecify.annotations.Nullable String precision) {
    int most = precision == null ? Integer.MAX_VALUE : Integer.parseInt(precision);
    return CodePoints.count(text) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most));
  }

  private static String padded(String text, String flags, String width, String kind) {
    boolean isNumber = !kind.equals("s") && !kind.equals("r");
    String signed =
        isNumber && !text.startsWith("-")
            ? (flags.contains("+") ? "+" : flags.contains(" ") ? " " : "") + text
            : text;
    long wanted = width.isEmpty() ? 0 : Long.parseLong(width);
    if (wanted > WIDEST) {
      throw new Failure("a field of %d characters is too wide".formatted(wanted));
    }
    int missing = (int) wanted - CodePoints.count(signed);
    if (missing <= 0) {
      return signed;
    }
    if (flags.contains("-")) {
      return signed + " ".repeat(missing);
    }
    if (flags.contains("0") && isNumber) {
      int sign = signed.startsWith("-") || signed.startsWith("+") || signed.startsWith(" ") ? 1 : 0;
      return signed.substring(0, sign) + "0".repeat(missing) + signed.substring(sign);
    }
    return " ".repeat(missing) + signed;
  }
}
