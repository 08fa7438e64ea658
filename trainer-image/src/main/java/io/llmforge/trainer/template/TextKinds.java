package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.Bool;
import io.llmforge.trainer.template.Value.Callable;
import java.util.Optional;
import java.util.function.IntPredicate;

/** What a text consists of: {@code isalpha} and the like. */
final class TextKinds {

  private TextKinds() {}

  static Optional<Callable> question(String text, String name) {
    return Optional.of(
        arguments -> {
          arguments.requireNone(name);
          return Bool.of(holds(text, name));
        });
  }

  static boolean holds(String text, String name) {
    return switch (name) {
      case "isalpha" -> all(text, Character::isLetter);
      case "isdecimal" -> all(text, TextKinds::isDecimal);
      case "isdigit" -> all(text, TextKinds::isDigit);
      case "isnumeric" -> all(text, TextKinds::isNumeric);
      case "isalnum" -> all(text, c -> Character.isLetter(c) || isNumeric(c));
      case "isspace" -> all(text, PythonSpace::isSpace);
      case "isascii" -> text.codePoints().allMatch(c -> c < 128);
      case "isupper" -> cased(text, Character::isUpperCase);
      case "islower" -> cased(text, Character::isLowerCase);
      default -> throw new Failure("the method '%s' of a string is not supported".formatted(name));
    };
  }

  private static boolean all(String text, IntPredicate kind) {
    return !text.isEmpty() && text.codePoints().allMatch(kind);
  }

  private static boolean cased(String text, IntPredicate kind) {
    return text.codePoints().anyMatch(kind)
        && text.codePoints().filter(TextCases::hasCase).allMatch(kind);
  }

  private static boolean isDecimal(int codePoint) {
    return Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER;
  }

  /** Digits above and below the line too. */
  private static boolean isDigit(int codePoint) {
    return isDecimal(codePoint)
        || "\u00b2\u00b3\u00b9".indexOf(codePoint) >= 0
        || isScript(codePoint);
  }

  private static boolean isScript(int codePoint) {
    return codePoint == 0x2070
        || (codePoint >= 0x2074 && codePoint <= 0x2079)
        || (codePoint >= 0x2080 && codePoint <= 0x2089);
  }

  private static boolean isNumeric(int codePoint) {
    return isDecimal(codePoint)
        || Character.getType(codePoint) == Character.OTHER_NUMBER
        || Character.getType(codePoint) == Character.LETTER_NUMBER;
  }
}
