package io.llmforge.trainer.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What stands inside a tag, piece by piece. */
final class CodeLexer {

  enum Kind {
    WHITE_SPACE,
    END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR
  }

  /**
   * A piece.
   *
   * @param text what it says, a string's without quotes and escapes
   * @param end where it ends in the source
   */
  record Found(Kind kind, String text, int end) {}

  private static final Pattern WHITE_SPACE =
      Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
  private static final Pattern NAME = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern STRING =
      Pattern.compile(
          "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"",
          Pattern.DOTALL);
  private static final Pattern OPERATOR =
      Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+*/%~\\[\\](){}><=.:|,;]");

  private final String source;
  private final Pattern end;
  private final Deque<String> open = new ArrayDeque<>();
  private int position;

  CodeLexer(String source, int position, Pattern end) {
    this.source = source;
    this.position = position;
    this.end = end;
  }

  Found next(int line) {
    Found found = find(line);
    if (found.kind() == Kind.OPERATOR) {
      balance(found.text(), line);
    }
    position = found.end();
    return found;
  }

  private Found find(int line) {
    if (position == source.length()) {
      throw new TemplateException(line, "the template ends inside a tag; close it");
    }
    Matcher match = matcher(end);
    if (open.isEmpty() && match.lookingAt()) {
      return new Found(Kind.END, "", match.end());
    }
    if (match.usePattern(WHITE_SPACE).lookingAt()) {
      return new Found(Kind.WHITE_SPACE, "", match.end());
    }
    if (match.usePattern(FLOAT).lookingAt()) {
      return new Found(Kind.FLOAT, match.group(), match.end());
    }
    if (match.usePattern(INTEGER).lookingAt()) {
      return new Found(Kind.INTEGER, match.group(), match.end());
    }
    if (match.usePattern(NAME).lookingAt()) {
      return new Found(Kind.NAME, match.group(), match.end());
    }
    if (match.usePattern(STRING).lookingAt()) {
      String quoted = match.group();
      return new Found(
          Kind.STRING,
          StringEscapes.resolved(quoted.substring(1, quoted.length() - 1), line),
          match.end());
    }
    if (match.usePattern(OPERATOR).lookingAt()) {
      return new Found(Kind.OPERATOR, match.group(), match.end());
    }
    throw new TemplateException(
        line, "unexpected character '%s'".formatted(source.substring(position, position + 1)));
  }

  private void balance(String operator, int line) {
    switch (operator) {
      case "{" -> open.push("}");
      case "(" -> open.push(")");
      case "[" -> open.push("]");
      case "}", ")", "]" -> {
        if (open.isEmpty() || !open.pop().equals(operator)) {
          throw new TemplateException(line, "'%s' closes nothing".formatted(operator));
        }
      }
      default -> {}
    }
  }

  /** Looks back beyond its region: a number after a dot is an index, not a fraction. */
  private Matcher matcher(Pattern pattern) {
    return pattern
        .matcher(source)
        .region(position, source.length())
        .useTransparentBounds(true)
        .useAnchoringBounds(false);
  }
}
