package io.llmforge.trainer.data;

import io.llmforge.crds.plan.PromptFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template of one role, split at its placeholders, so that a message that happens to contain
 * {@code {system}} is text and nothing else.
 */
record TurnTemplate(List<Piece> pieces) {

  /** Literal text or a placeholder. */
  sealed interface Piece {
    record Literal(String text) implements Piece {}

    record Instruction() implements Piece {}

    record SystemPart() implements Piece {}
  }

  private static final Pattern INSTRUCTION =
      Pattern.compile(Pattern.quote(PromptFormat.INSTRUCTION));
  private static final Pattern INSTRUCTION_OR_SYSTEM =
      Pattern.compile(
          Pattern.quote(PromptFormat.INSTRUCTION) + "|" + Pattern.quote(PromptFormat.SYSTEM));

  TurnTemplate {
    pieces = List.copyOf(pieces);
  }

  /** A system or assistant template: only {@code {instruction}} is a placeholder. */
  static TurnTemplate of(String template) {
    return split(template, INSTRUCTION);
  }

  /** A user template: {@code {system}} is a placeholder too. */
  static TurnTemplate ofUser(String template) {
    return split(template, INSTRUCTION_OR_SYSTEM);
  }

  String render(String instruction, String system) {
    StringBuilder text = new StringBuilder();
    for (Piece piece : pieces) {
      text.append(
          switch (piece) {
            case Piece.Literal literal -> literal.text();
            case Piece.Instruction ignored -> instruction;
            case Piece.SystemPart ignored -> system;
          });
    }
    return text.toString();
  }

  private static TurnTemplate split(String template, Pattern placeholders) {
    List<Piece> pieces = new ArrayList<>();
    Matcher placeholder = placeholders.matcher(template);
    int done = 0;
    while (placeholder.find()) {
      if (placeholder.start() > done) {
        pieces.add(new Piece.Literal(template.substring(done, placeholder.start())));
      }
      pieces.add(
          placeholder.group().equals(PromptFormat.SYSTEM)
              ? new Piece.SystemPart()
              : new Piece.Instruction());
      done = placeholder.end();
    }
    if (done < template.length()) {
      pieces.add(new Piece.Literal(template.substring(done)));
    }
    return new TurnTemplate(pieces);
  }
}
