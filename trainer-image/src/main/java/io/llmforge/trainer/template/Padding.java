package io.llmforge.trainer.template;

/** Texts filled up to a width in code points. */
final class Padding {

  private Padding() {}

  static String padded(String text, String method, long width, String fill) {
    if (CodePoints.count(fill) != 1) {
      throw new Failure("%s fills with one character".formatted(method));
    }
    int count = CodePoints.count(text);
    int missing = width <= count ? 0 : (int) (width - count);
    return switch (method) {
      case "ljust" -> text + fill.repeat(missing);
      case "rjust" -> fill.repeat(missing) + text;
      case "zfill" -> {
        int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        yield text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
      }
      case "center" -> {
        // CPython's choice of the side that gets the odd one.
        int left = missing / 2 + (int) (missing & width & 1);
        yield fill.repeat(left) + text + fill.repeat(missing - left);
      }
      default -> throw new IllegalArgumentException(method);
    };
  }
}
