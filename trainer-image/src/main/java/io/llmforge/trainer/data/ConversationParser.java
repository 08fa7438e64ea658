package io.llmforge.trainer.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.llmforge.crds.plan.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One line of a data file to the messages of one conversation. Columns it does not know are fine.
 */
final class ConversationParser {

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  /** What a line turned out to be. */
  sealed interface Parsed {
    record Valid(List<Message> messages) implements Parsed {}

    record Invalid(String problem) implements Parsed {}
  }

  private final ConversationRules rules;

  ConversationParser(Objective objective) {
    this.rules = new ConversationRules(objective);
  }

  Parsed parse(String line) {
    JsonNode row;
    try {
      row = JSON.readValue(line);
    } catch (JsonProcessingException e) {
      return new Parsed.Invalid(
          "not valid JSON (%s); write one JSON object per line".formatted(where(e)));
    }
    if (!row.isObject()) {
      return new Parsed.Invalid(
          "the row is %s, not an object; write {\"messages\": [...]}".formatted(kind(row)));
    }
    JsonNode messages = row.get("messages");
    if (messages == null) {
      return new Parsed.Invalid("field 'messages' is missing");
    }
    if (!messages.isArray()) {
      return new Parsed.Invalid("field 'messages' is %s, not a list".formatted(kind(messages)));
    }
    return parse(messages);
  }

  private Parsed parse(JsonNode messages) {
    List<Message> parsed = new ArrayList<>();
    for (int index = 0; index < messages.size(); index++) {
      JsonNode message = messages.get(index);
      Optional<String> problem = problem(message);
      if (problem.isPresent()) {
        return new Parsed.Invalid("messages[%d]%s".formatted(index, problem.get()));
      }
      Role role = Role.of(message.get("role").textValue()).orElseThrow();
      parsed.add(new Message(role, message.get("content").textValue()));
    }
    Optional<String> problem = rules.problem(parsed);
    return problem.isPresent() ? new Parsed.Invalid(problem.get()) : new Parsed.Valid(parsed);
  }

  private static Optional<String> problem(JsonNode message) {
    if (!message.isObject()) {
      return Optional.of(
          " is %s, not an object with 'role' and 'content'".formatted(kind(message)));
    }
    JsonNode role = message.get("role");
    if (role == null || !role.isTextual()) {
      return Optional.of(".role is missing; use system, user or assistant");
    }
    if (Role.of(role.textValue()).isEmpty()) {
      return Optional.of(
          ".role is '%s'; use system, user or assistant".formatted(role.textValue()));
    }
    JsonNode content = message.get("content");
    if (content == null) {
      return Optional.of(".content is missing");
    }
    if (!content.isTextual()) {
      return Optional.of(".content is %s, not a string".formatted(kind(content)));
    }
    return isWellFormed(content.textValue())
        ? Optional.empty()
        : Optional.of(
            ".content holds half of a surrogate pair (\\ud800 to \\udfff); write whole characters");
  }

  private static boolean isWellFormed(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static String where(JsonProcessingException e) {
    if (e instanceof JsonEOFException) {
      return "the line ends in the middle of a value";
    }
    String reason = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
    return e.getLocation() == null
        ? reason
        : "column %d: %s".formatted(e.getLocation().getColumnNr(), reason);
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case BOOLEAN -> "a boolean";
      case NULL -> "null";
      case NUMBER -> "a number";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case BINARY, MISSING, POJO -> "nothing";
    };
  }
}
