package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Arguments.Bound;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Text;
import io.llmforge.trainer.template.Value.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Filters that make numbers. */
final class NumberFilters {

  /** More than any 64-bit number has before or after its point. */
  private static final long DIGITS = 400;

  private static final Pattern INTEGER = Pattern.compile("[-+]?\\d+(?:_\\d+)*");
  private static final Pattern REAL =
      Pattern.compile(
          "[-+]?(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)(?:[eE][-+]?\\d+)?");

  Map<String, FilterFunction> functions() {
    return Map.of(
        "int", NumberFilters::integer,
        "float", NumberFilters::real,
        "abs", NumberFilters::absolute,
        "round", NumberFilters::round);
  }

  private static Value integer(Value input, Arguments arguments) {
    Bound bound = arguments.bind("int", List.of(), List.of("default", "base"));
    if (bound.integer("base", 10) != 10) {
      throw new Failure("int with another base than 10 is not supported");
    }
    Value ifNone = bound.get("default", new Int(0));
    if (input instanceof Text text) {
      String digits = PythonSpace.stripEnd(PythonSpace.stripStart(text.text()));
      if (INTEGER.matcher(digits).matches()) {
        return new Int(parsed(digits));
      }
    }
    Optional<Value> number = Numbers.number(input);
    if (number.isPresent() && number.get() instanceof Int) {
      return number.get();
    }
    OptionalDouble real = asReal(input);
    return real.isPresent() && Double.isFinite(real.getAsDouble())
        ? new Int(truncated(real.getAsDouble()))
        : ifNone;
  }

  private static Value real(Value input, Arguments arguments) {
    Bound bound = arguments.bind("float", List.of(), List.of("default"));
    OptionalDouble real = asReal(input);
    return real.isPresent() ? new Real(real.getAsDouble()) : bound.get("default", new Real(0));
  }

  private static Value absolute(Value input, Arguments arguments) {
    arguments.requireNone("abs");
    Value number = number(input, "abs");
    return number instanceof Int(long integer)
        ? new Int(positive(integer))
        : new Real(Math.abs(Numbers.real(number)));
  }

  private static long positive(long integer) {
    if (integer == Long.MIN_VALUE) {
      throw new Failure("the positive of %d has more than 64 bits".formatted(integer));
    }
    return Math.abs(integer);
  }

  private static Value round(Value input, Arguments arguments) {
    Bound bound = arguments.bind("round", List.of(), List.of("precision", "method"));
    String method = bound.values().containsKey("method") ? bound.text("method") : "common";
    int precision = (int) Math.clamp(bound.integer("precision", 0), -DIGITS, DIGITS);
    Value number = number(input, "round");
    return switch (method) {
      case "common" -> common(number, precision);
      case "ceil", "floor" -> {
        double factor = Math.pow(10, precision);
        double scaled = Numbers.real(number) * factor;
        yield new Real((method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / factor);
      }
      default -> throw new Failure("round knows the methods common, ceil and floor");
    };
  }

  private static Value common(Value number, int precision) {
    if (number instanceof Int(long integer)) {
      return precision >= 0
          ? number
          : new Int(
              BigDecimal.valueOf(integer).setScale(precision, RoundingMode.HALF_EVEN).longValue());
    }
    double real = Numbers.real(number);
    return Double.isFinite(real)
        ? new Real(new BigDecimal(real).setScale(precision, RoundingMode.HALF_EVEN).doubleValue())
        : number;
  }

  private static Value number(Value input, String filter) {
    return Numbers.number(input)
        .orElseThrow(
            () -> new Failure("%s needs a number, not %s".formatted(filter, TypeNames.of(input))));
  }

  private static OptionalDouble asReal(Value input) {
    if (input instanceof Undefined(String reason)) {
      throw new Failure(reason);
    }
    if (input instanceof Text text) {
      return parsedReal(PythonSpace.stripEnd(PythonSpace.stripStart(text.text())));
    }
    Optional<Value> number = Numbers.number(input);
    return number.isPresent()
        ? OptionalDouble.of(Numbers.real(number.get()))
        : OptionalDouble.empty();
  }

  private static OptionalDouble parsedReal(String text) {
    String sign = text.startsWith("-") ? "-" : "";
    String magnitude = text.replaceFirst("^[-+]", "").toLowerCase(Locale.ROOT);
    return switch (magnitude) {
      case "inf", "infinity" ->
          OptionalDouble.of(sign.isEmpty() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY);
      case "nan" -> OptionalDouble.of(Double.NaN);
      default ->
          REAL.matcher(text).matches()
              ? OptionalDouble.of(Double.parseDouble(text.replace("_", "")))
              : OptionalDouble.empty();
    };
  }

  private static long parsed(String digits) {
    try {
      return Long.parseLong(digits.replace("_", ""));
    } catch (NumberFormatException e) {
      throw new Failure("the number %s has more than 64 bits".formatted(digits));
    }
  }

  private static long truncated(double number) {
    if (Math.abs(number) >= 0x1p63) {
      throw new Failure("the number %s has more than 64 bits".formatted(Numbers.text(number)));
    }
    return (long) number;
  }
}
