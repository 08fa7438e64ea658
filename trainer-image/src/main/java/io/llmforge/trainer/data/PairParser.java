package io.llmforge.trainer.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.trainer.data.ConversationParser.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A preference row to its two conversations. The answers are the last messages; everything before
 * is the prompt and the same on both sides. Three ways to write a row are read:
 *
 * <ul>
 *   <li>{@code chosen} and {@code rejected} as whole conversations;
 *   <li>{@code prompt} as messages, {@code chosen} and {@code rejected} as those that follow it;
 *   <li>{@code chosen} and {@code rejected} as texts, with {@code prompt} as a text, or else their
 *       common beginning as the prompt.
 * </ul>
 */
final class PairParser {

  private static final String PROMPT = "prompt";
  private static final String CHOSEN = "chosen";
  private static final String REJECTED = "rejected";
  private static final String FORMS =
      "; a preference row has 'chosen' and 'rejected', both lists of messages or both texts";

  private final ConversationRules rules;

  PairParser(ConversationRules rules) {
    this.rules = rules;
  }

  Parsed parse(JsonNode row) {
    for (String field : List.of(CHOSEN, REJECTED)) {
      JsonNode value = row.get(field);
      if (value == null) {
        return new Parsed.Invalid("field '%s' is missing".formatted(field) + FORMS);
      }
      if (!value.isTextual() && !value.isArray()) {
        return new Parsed.Invalid(
            "field '%s' is %s".formatted(field, MessageReader.kind(value)) + FORMS);
      }
    }
    if (row.path(CHOSEN).isTextual() != row.path(REJECTED).isTextual()) {
      return new Parsed.Invalid(
          "field 'chosen' is %s and field 'rejected' is %s"
                  .formatted(
                      MessageReader.kind(row.path(CHOSEN)), MessageReader.kind(row.path(REJECTED)))
              + FORMS);
    }
    return row.path(CHOSEN).isTextual() ? texts(row) : conversations(row);
  }

  private Parsed conversations(JsonNode row) {
    boolean hasPrompt = row.path(PROMPT).isArray();
    Optional<String> malformed =
        Stream.of(hasPrompt ? PROMPT : CHOSEN, CHOSEN, REJECTED)
            .flatMap(field -> MessageReader.problem(row, field).stream())
            .findFirst();
    if (malformed.isPresent()) {
      return new Parsed.Invalid(malformed.get());
    }
    List<Message> prompt = hasPrompt ? MessageReader.messages(row, PROMPT) : List.of();
    List<Message> chosen = joined(prompt, MessageReader.messages(row, CHOSEN));
    List<Message> rejected = joined(prompt, MessageReader.messages(row, REJECTED));
    String of = hasPrompt ? PROMPT + " and " : "";
    return rules
        .problem(chosen)
        .map(problem -> of + CHOSEN + ": " + problem)
        .or(() -> rules.problem(rejected).map(problem -> of + REJECTED + ": " + problem))
        .<Parsed>map(Parsed.Invalid::new)
        .orElseGet(() -> pair(chosen, rejected));
  }

  private static Parsed pair(List<Message> chosen, List<Message> rejected) {
    int answer = chosen.size() - 1;
    int common = 0;
    while (common < Math.min(answer, rejected.size() - 1)
        && chosen.get(common).equals(rejected.get(common))) {
      common++;
    }
    if (rejected.size() != chosen.size() || common < answer) {
      return new Parsed.Invalid(
          "the prompts of chosen and rejected differ from message %d on; everything before the last answer must be the same"
              .formatted(common));
    }
    return said(chosen).equals(said(rejected))
        ? new Parsed.Invalid(
            "the chosen and the rejected answer are the same; nothing can be learned from the row, remove it")
        : new Parsed.Valid(chosen, rejected);
  }

  private static Parsed texts(JsonNode row) {
    String chosen = row.path(CHOSEN).textValue();
    String rejected = row.path(REJECTED).textValue();
    boolean hasPrompt = row.path(PROMPT).isTextual();
    int begin = hasPrompt ? 0 : commonBeginning(chosen, rejected);
    String prompt = hasPrompt ? row.path(PROMPT).textValue() : chosen.substring(0, begin);
    Optional<String> malformed =
        Stream.of(prompt, chosen, rejected)
            .flatMap(text -> MessageReader.malformed(text).stream())
            .findFirst();
    if (malformed.isPresent()) {
      return new Parsed.Invalid("a text " + malformed.get());
    }
    if (prompt.isBlank()) {
      return new Parsed.Invalid(
          hasPrompt
              ? "field 'prompt' is empty; write what is answered"
              : "chosen and rejected have no common beginning that could be the prompt; write field 'prompt'");
    }
    return pair(prompt, chosen.substring(begin), rejected.substring(begin));
  }

  private static Parsed pair(String prompt, String chosen, String rejected) {
    if (chosen.isBlank() || rejected.isBlank()) {
      return new Parsed.Invalid(
          "the %s answer is empty; write its text or remove the row"
              .formatted(chosen.isBlank() ? CHOSEN : REJECTED));
    }
    Message asked = new Message(Role.USER, prompt);
    return pair(
        List.of(asked, new Message(Role.ASSISTANT, chosen)),
        List.of(asked, new Message(Role.ASSISTANT, rejected)));
  }

  /** Whole characters, and without a blank at its end, which tokenizers join to the next word. */
  private static int commonBeginning(String chosen, String rejected) {
    int end = 0;
    while (end < Math.min(chosen.length(), rejected.length())
        && chosen.charAt(end) == rejected.charAt(end)) {
      end++;
    }
    if (end > 0 && Character.isHighSurrogate(chosen.charAt(end - 1))) {
      end--;
    }
    return end > 0 && chosen.charAt(end - 1) == ' ' ? end - 1 : end;
  }

  private static String said(List<Message> conversation) {
    return SurroundingWhitespace.strip(conversation.getLast().content());
  }

  private static List<Message> joined(List<Message> first, List<Message> second) {
    List<Message> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }
}
