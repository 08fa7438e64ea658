package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Source to tokens, with Jinja's rules for white space: {@code trim_blocks} removes the line end
 * after a block or comment, {@code lstrip_blocks} the indentation before it; a minus sign removes
 * all white space on its side, a plus sign keeps it. One line end at the end of the source is not
 * part of the template.
 */
final class Lexer {

  private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");
  private static final Pattern TAG = Pattern.compile("\\{([%{#])([-+]?)");
  private static final Pattern RAW_BEGIN =
      Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%}\\s*|%})", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern RAW_END =
      Pattern.compile(
          "\\{%([-+]?)\\s*endraw\\s*(?:\\+%}|-%}\\s*|%}\n?)", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern COMMENT_END =
      Pattern.compile("\\+#}|-#}\\s*|#}\n?", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern BLOCK_END =
      Pattern.compile("\\+%}|-%}\\s*|%}\n?", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern VARIABLE_END =
      Pattern.compile("-}}\\s*|}}", Pattern.UNICODE_CHARACTER_CLASS);

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int counted;
  private int line = 1;

  /** Whether the token before this place ended a line, or nothing stands before it. */
  private boolean lineStarts = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String source) {
    String lines = LINE_END.matcher(source).replaceAll("\n");
    return new Lexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines).read();
  }

  private List<Token> read() {
    Matcher tag = TAG.matcher(source);
    while (tag.find(position)) {
      Matcher raw = at(RAW_BEGIN, tag.start());
      addData(tag.start(), tag.group(1), tag.group(2));
      if (raw.lookingAt()) {
        moveTo(raw.end());
        readRaw();
      } else {
        moveTo(tag.end());
        switch (tag.group(1)) {
          case "#" -> skipComment();
          case "%" -> readCode(Kind.BLOCK_BEGIN, Kind.BLOCK_END, BLOCK_END);
          default -> readCode(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, VARIABLE_END);
        }
      }
    }
    add(Kind.DATA, source.substring(position));
    position = source.length();
    tokens.add(new Token(Kind.END, "", line()));
    return tokens;
  }

  /** Text up to a tag of this kind with this sign. */
  private void addData(int end, String kind, String sign) {
    String text = source.substring(position, end);
    if (sign.equals("-")) {
      text = PythonSpace.stripEnd(text);
    } else if (!sign.equals("+") && !kind.equals("{")) {
      int lastLine = text.lastIndexOf('\n') + 1;
      boolean startsLine = lastLine > 0 || lineStarts;
      if (startsLine && PythonSpace.isBlank(text.substring(lastLine))) {
        text = text.substring(0, lastLine);
      }
    }
    add(Kind.DATA, text);
  }

  private void readRaw() {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(position)) {
      throw new TemplateException(line(), "{% raw %} has no {% endraw %}");
    }
    addData(end.start(), "%", end.group(1));
    moveTo(end.end());
  }

  private void skipComment() {
    Matcher end = COMMENT_END.matcher(source);
    if (!end.find(position)) {
      throw new TemplateException(line(), "the comment has no end; write #}");
    }
    moveTo(end.end());
  }

  private void readCode(Kind begin, Kind end, Pattern endPattern) {
    add(begin, begin.description());
    CodeLexer code = new CodeLexer(source, position, endPattern);
    while (true) {
      int start = position;
      CodeLexer.Found found = code.next(line());
      moveTo(found.end());
      switch (found.kind()) {
        case WHITE_SPACE -> {}
        case END -> {
          tokens.add(new Token(end, source.substring(start, found.end()), line()));
          return;
        }
        case NAME -> add(Kind.NAME, found.text());
        case STRING -> tokens.add(new Token(Kind.STRING, found.text(), line()));
        case INTEGER -> add(Kind.INTEGER, found.text());
        case FLOAT -> add(Kind.FLOAT, found.text());
        case OPERATOR -> add(Kind.OPERATOR, found.text());
      }
    }
  }

  private void add(Kind kind, String text) {
    if (!text.isEmpty()) {
      tokens.add(new Token(kind, text, line()));
    }
  }

  private void moveTo(int end) {
    lineStarts = source.charAt(end - 1) == '\n';
    position = end;
  }

  private int line() {
    for (; counted < position; counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }

  private Matcher at(Pattern pattern, int start) {
    return pattern.matcher(source).region(start, source.length());
  }
}
