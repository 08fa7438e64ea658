package io.llmforge.trainer.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A list of messages in one field of a row, as it stands in a data file. */
final class MessageReader {

  private MessageReader() {}

  /** Why the field is no list of messages, if it is none. */
  static Optional<String> problem(JsonNode row, String field) {
    JsonNode messages = row.get(field);
    if (messages == null) {
      return Optional.of("field '%s' is missing".formatted(field));
    }
    if (!messages.isArray()) {
      return Optional.of("field '%s' is %s, not a list".formatted(field, kind(messages)));
    }
    return IntStream.range(0, messages.size())
        .mapToObj(
            index ->
                problem(messages.get(index))
                    .map(problem -> "%s[%d]%s".formatted(field, index, problem)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** The messages of a field with which nothing is wrong. */
  static List<Message> messages(JsonNode row, String field) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : row.path(field)) {
      Role role = Role.of(message.path("role").textValue()).orElseThrow();
      messages.add(new Message(role, message.path("content").textValue()));
    }
    return messages;
  }

  /** What is wrong with a text, if anything is. */
  static Optional<String> malformed(String text) {
    return text.codePoints()
            .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
        ? Optional.empty()
        : Optional.of(
            "holds half of a surrogate pair (\\ud800 to \\udfff); write whole characters");
  }

  /** What a value is, for people. */
  static String kind(JsonNode node) {
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
    return malformed(content.textValue()).map(problem -> ".content " + problem);
  }
}
