package io.llmforge.trainer.data;

import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.trainer.data.TurnTemplate.Piece;
import java.util.ArrayList;
import java.util.List;

/**
 * The prompt format as a Jinja chat template, as tokenizers carry it: what {@code
 * apply_chat_template} renders with it is, character for character, what training saw.
 */
public final class ChatTemplate {

  private ChatTemplate() {}

  public static String of(PromptFormat format) {
    String strip = format.stripWhitespace() ? " | trim" : "";
    String content = "message['content']" + strip;
    StringBuilder template = new StringBuilder();
    template.append("{% if messages and messages[0]['role'] == 'system' %}");
    template.append("{% set system_text = messages[0]['content'] %}{% else %}");
    template.append(
        "{%% set system_text = %s %%}{%% endif %%}"
            .formatted(literal(format.defaultSystemMessage())));
    template.append(
        systemPart(format, format.systemInUser() ? "system_text" : "(system_text" + strip + ")"));
    template.append("{{ %s }}".formatted(literal(format.bos())));
    if (!format.systemInUser()) {
      template.append("{{ turns.system }}");
    }
    template.append("{% for message in messages %}{% if message['role'] == 'user' %}");
    template.append(
        "{{ %s }}"
            .formatted(
                expression(TurnTemplate.ofUser(format.user()), content, userSystem(format))));
    template.append("{% set turns.system = '' %}{% elif message['role'] == 'assistant' %}");
    template.append(
        "{{ %s }}".formatted(expression(TurnTemplate.of(format.assistant()), content, "''")));
    template.append("{% endif %}{% endfor %}");
    template.append(
        "{%% if add_generation_prompt %%}{{ %s }}{%% endif %%}"
            .formatted(literal(format.trailingAssistant())));
    return template.toString();
  }

  /** Sets {@code turns.system} to the rendered system text, empty when there is none to show. */
  private static String systemPart(PromptFormat format, String text) {
    String rendered = expression(TurnTemplate.of(format.system()), text, "''");
    String shown =
        format.addSystemTagsEvenIfMessageIsEmpty()
            ? rendered
            : "(%s) if system_text else ''".formatted(rendered);
    return "{%% set turns = namespace(system=(%s)) %%}".formatted(shown);
  }

  private static String userSystem(PromptFormat format) {
    return format.systemInUser() ? "turns.system" : "''";
  }

  private static String expression(TurnTemplate template, String instruction, String system) {
    List<String> parts = new ArrayList<>();
    for (Piece piece : template.pieces()) {
      parts.add(
          switch (piece) {
            case Piece.Literal text -> literal(text.text());
            case Piece.Instruction ignored -> "(" + instruction + ")";
            case Piece.SystemPart ignored -> system;
          });
    }
    return String.join(" + ", parts);
  }

  /** Jinja reads string literals as Python does: backslash escapes, one line. */
  private static String literal(String text) {
    StringBuilder literal = new StringBuilder("'");
    text.chars()
        .forEach(
            unit ->
                literal.append(
                    switch (unit) {
                      case '\\' -> "\\\\";
                      case '\'' -> "\\'";
                      case '\n' -> "\\n";
                      case '\r' -> "\\r";
                      default ->
                          unit < ' ' ? "\\x%02x".formatted(unit) : Character.toString((char) unit);
                    }));
    return literal.append("'").toString();
  }
}
