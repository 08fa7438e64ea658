package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Int;
import io.llmforge.trainer.template.Value.Real;
import io.llmforge.trainer.template.Value.Undefined;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.Optional;

/** Integers of 64 bits and reals; booleans count as 0 and 1. */
final class Numbers {

  /** Python writes an exponent for what is smaller, or not smaller. */
  private static final int SMALLEST_EXPONENT = -4;

  private static final int LARGEST_EXPONENT = 16;

  private Numbers() {}

  static Value literal(Token token) {
    String digits = token.text().replace("_", "");
    try {
      return token.kind() == Token.Kind.FLOAT
          ? new Real(Double.parseDouble(digits))
          : new Int(integer(digits));
    } catch (NumberFormatException e) {
      throw new TemplateException(
          token.line(), "the number %s has more than 64 bits".formatted(digits));
    }
  }

  /** A number, with booleans as integers, if the value is one. */
  static Optional<Value> number(Value value) {
    return switch (value) {
      case Bool truth -> Optional.of(new Int(truth == Bool.TRUE ? 1 : 0));
      case Int integer -> Optional.of(integer);
      case Real real -> Optional.of(real);
      default -> Optional.empty();
    };
  }

  static double real(Value number) {
    return switch (number) {
      case Int integer -> integer.number();
      case Real real -> real.number();
      default -> throw new Failure("%s is no number".formatted(TypeNames.of(number)));
    };
  }

  /** An integer that counts or points somewhere. */
  static long index(Value value) {
    return switch (value) {
      case Bool truth -> truth == Bool.TRUE ? 1 : 0;
      case Int integer -> integer.number();
      case Undefined undefined -> throw new Failure(undefined.reason());
      default -> throw new Failure("%s stands for an integer".formatted(TypeNames.of(value)));
    };
  }

  /** As Python prints it: the shortest digits that say the same number. */
  static String text(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number > 0 ? "0.0" : "-0.0";
    }
    BigDecimal decimal = shortest(number);
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (exponent >= SMALLEST_EXPONENT && exponent < LARGEST_EXPONENT) {
      String plain = decimal.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    String digits = decimal.unscaledValue().abs().toString();
    String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
    return "%s%s%se%s%02d"
        .formatted(
            number < 0 ? "-" : "",
            digits.charAt(0),
            fraction,
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }

  /** Java writes two digits at least, where one may say the same. */
  private static BigDecimal shortest(double number) {
    BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    BigDecimal digit = decimal.round(new MathContext(1));
    return digit.doubleValue() == number ? digit : decimal;
  }

  private static long integer(String digits) {
    String lower = digits.toLowerCase(Locale.ROOT);
    if (lower.startsWith("0x")) {
      return Long.parseLong(lower.substring(2), 16);
    }
    if (lower.startsWith("0o")) {
      return Long.parseLong(lower.substring(2), 8);
    }
    if (lower.startsWith("0b")) {
      return Long.parseLong(lower.substring(2), 2);
    }
    return Long.parseLong(lower);
  }
}
