package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.None;
import io.llmforge.trainer.template.Value.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Cutting texts into parts.
 *
 * @param separator what stands between the parts; nothing for any white space
 * @param most cuts to make, any number when negative
 */
record TextSplitting(String text, Optional<String> separator, long most) {

  static TextSplitting at(String text, String separator, long most) {
    requireSeparator(separator);
    return new TextSplitting(text, Optional.of(separator), most);
  }

  static TextSplitting atWhiteSpace(String text, long most) {
    return new TextSplitting(text, Optional.empty(), most);
  }

  static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw new Failure("the separator is empty");
    }
  }

  List<String> fromStart() {
    List<String> parts = new ArrayList<>();
    String rest = separator.isPresent() ? text : PythonSpace.stripStart(text);
    while (mayCut(parts.size())) {
      int[] cut = firstCut(rest);
      if (cut.length == 0) {
        break;
      }
      parts.add(rest.substring(0, cut[0]));
      rest = rest.substring(cut[1]);
    }
    addLast(parts, rest);
    return parts;
  }

  List<String> fromEnd() {
    List<String> parts = new ArrayList<>();
    String rest = separator.isPresent() ? text : PythonSpace.stripEnd(text);
    while (mayCut(parts.size())) {
      int[] cut = lastCut(rest);
      if (cut.length == 0) {
        break;
      }
      parts.add(rest.substring(cut[1]));
      rest = rest.substring(0, cut[0]);
    }
    addLast(parts, rest);
    Collections.reverse(parts);
    return parts;
  }

  /** Lines without their ends. */
  static List<String> lines(String text) {
    return linesWithEnds(text).stream().map(TextSplitting::withoutEnd).toList();
  }

  static List<String> linesWithEnds(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int at = 0; at < text.length(); at++) {
      if (isLineEnd(text.charAt(at))) {
        at += text.startsWith("\r\n", at) ? 1 : 0;
        lines.add(text.substring(start, at + 1));
        start = at + 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  /** Without the given characters, or white space, at the method's end or ends. */
  static String stripped(String text, String method, Value characters) {
    IntPredicate stripped =
        switch (characters) {
          case None ignored -> PythonSpace::isSpace;
          case Text set -> codePoint -> set.text().indexOf(codePoint) >= 0;
          default -> throw new Failure("%s takes a string or none".formatted(method));
        };
    String result = method.equals("rstrip") ? text : PythonSpace.stripStart(text, stripped);
    return method.equals("lstrip") ? result : PythonSpace.stripEnd(result, stripped);
  }

  private boolean mayCut(int cuts) {
    return most < 0 || cuts < most;
  }

  /** White space at the ends separates nothing from nothing. */
  private void addLast(List<String> parts, String rest) {
    if (separator.isPresent() || !rest.isEmpty()) {
      parts.add(rest);
    }
  }

  /** Where the first separator starts and ends; nothing when there is none. */
  private int[] firstCut(String rest) {
    if (separator.isPresent()) {
      int at = rest.indexOf(separator.get());
      return at < 0 ? new int[0] : new int[] {at, at + separator.get().length()};
    }
    int start = 0;
    while (start < rest.length() && !PythonSpace.isSpace(rest.charAt(start))) {
      start++;
    }
    return start == rest.length()
        ? new int[0]
        : new int[] {start, rest.length() - PythonSpace.stripStart(rest.substring(start)).length()};
  }

  private int[] lastCut(String rest) {
    if (separator.isPresent()) {
      int at = rest.lastIndexOf(separator.get());
      return at < 0 ? new int[0] : new int[] {at, at + separator.get().length()};
    }
    int end = rest.length();
    while (end > 0 && !PythonSpace.isSpace(rest.charAt(end - 1))) {
      end--;
    }
    return end == 0
        ? new int[0]
        : new int[] {PythonSpace.stripEnd(rest.substring(0, end)).length(), end};
  }

  private static String withoutEnd(String line) {
    if (line.endsWith("\r\n")) {
      return line.substring(0, line.length() - 2);
    }
    boolean ends = isLineEnd(line.charAt(line.length() - 1));
    return ends ? line.substring(0, line.length() - 1) : line;
  }

  private static boolean isLineEnd(char unit) {
    return switch (unit) {
      case '\n', '\r', '\u000b', '\f', '\u001c', '\u001d', '\u001e', '\u0085', '\u2028', '\u2029' ->
          true;
      default -> false;
    };
  }
}
