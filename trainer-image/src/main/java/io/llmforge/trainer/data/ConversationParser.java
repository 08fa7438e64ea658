package io.llmforge.trainer.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.llmforge.crds.plan.Objective;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** One line of a data file to the messages of its row. Columns it does not know are fine. */
final class ConversationParser {

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  /** What a line turned out to be. */
  sealed interface Parsed {
    /** As in {@link Conversation}. */
    record Valid(List<Message> messages, List<Message> rejected) implements Parsed {}

    record Invalid(String problem) implements Parsed {}
  }

  private final Function<JsonNode, Parsed> row;

  ConversationParser(Objective objective) {
    ConversationRules rules = new ConversationRules(objective);
    this.row =
        objective instanceof Objective.PreferenceTuning
            ? new PairParser(rules)::parse
            : object -> conversation(object, rules);
  }

  Parsed parse(String line) {
    try {
      JsonNode object = JSON.readValue(line);
      return object.isObject()
          ? row.apply(object)
          : new Parsed.Invalid(
              "the row is %s, not an object; write {\"messages\": [...]}"
                  .formatted(MessageReader.kind(object)));
    } catch (JsonProcessingException e) {
      return new Parsed.Invalid(
          "not valid JSON (%s); write one JSON object per line".formatted(where(e)));
    }
  }

  private static Parsed conversation(JsonNode row, ConversationRules rules) {
    Optional<String> malformed = MessageReader.problem(row, "messages");
    if (malformed.isPresent()) {
      return new Parsed.Invalid(malformed.get());
    }
    List<Message> messages = MessageReader.messages(row, "messages");
    Optional<String> problem = rules.problem(messages);
    return problem.isPresent()
        ? new Parsed.Invalid(problem.get())
        : new Parsed.Valid(messages, List.of());
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
}
