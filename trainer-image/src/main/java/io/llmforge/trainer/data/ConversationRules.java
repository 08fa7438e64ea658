package io.llmforge.trainer.data;

import io.llmforge.crds.plan.Objective;
import java.util.List;
import java.util.Optional;

/**
 * Which conversations can be trained on: an optional system message, then user and assistant in
 * turns. Causal language modelling also takes rows that end with the user, since plain text travels
 * as one user message; instruction tuning needs an answer at the end.
 */
final class ConversationRules {

  private final boolean endsWithAssistant;

  ConversationRules(Objective objective) {
    this.endsWithAssistant =
        switch (objective) {
          case Objective.CausalLm ignored -> false;
          case Objective.InstructionTuning ignored -> true;
          case Objective.Classification ignored -> true;
          case Objective.PreferenceTuning ignored -> true;
        };
  }

  /** The first thing wrong with a row, if anything is. */
  Optional<String> problem(List<Message> messages) {
    if (messages.isEmpty()) {
      return Optional.of("'messages' is empty; a row needs at least one user message");
    }
    int first = messages.getFirst().role() == Role.SYSTEM ? 1 : 0;
    if (first == messages.size()) {
      return Optional.of("there is only a system message; add a user message");
    }
    for (int index = first; index < messages.size(); index++) {
      Role expected = (index - first) % 2 == 0 ? Role.USER : Role.ASSISTANT;
      Message message = messages.get(index);
      if (message.role() != expected) {
        return Optional.of(wrongOrder(index, message.role(), expected));
      }
      if (message.content().isBlank()) {
        return Optional.of(
            "messages[%d] of the %s is empty; write its text or remove the row"
                .formatted(index, message.role().text()));
      }
    }
    if (endsWithAssistant && messages.getLast().role() != Role.ASSISTANT) {
      return Optional.of(
          "the last message is from the user; instruction_tuning needs an assistant message after"
              + " it");
    }
    return Optional.empty();
  }

  private static String wrongOrder(int index, Role actual, Role expected) {
    return ("messages[%d] has role '%s' where '%s' is due; the order is an optional system message,"
            + " then user and assistant in turns")
        .formatted(index, actual.text(), expected.text());
  }
}
