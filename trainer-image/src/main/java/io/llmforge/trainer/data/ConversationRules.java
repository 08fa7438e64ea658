package io.llmforge.trainer.data;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.PromptFormat;
import java.util.List;
import java.util.Optional;

/**
 * Which conversations can be trained on: an optional system message, then user and assistant in
 * turns. Causal language modelling also takes rows that end with the user, since plain text travels
 * as one user message; the other tasks need an answer at the end, which in classification is a
 * label and nothing else.
 */
final class ConversationRules {

  private static final int LISTED = 20;

  private final Objective objective;

  ConversationRules(Objective objective) {
    this.objective = objective;
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
    if (objective instanceof Objective.CausalLm) {
      return Optional.empty();
    }
    if (messages.getLast().role() != Role.ASSISTANT) {
      return Optional.of(
          "the last message is from the user; %s needs an assistant message after it"
              .formatted(task()));
    }
    return objective instanceof Objective.Classification classification
        ? wrongLabel(messages.getLast().content(), classification)
        : Optional.empty();
  }

  private String task() {
    return switch (objective) {
      case Objective.CausalLm ignored -> "causal_lm";
      case Objective.InstructionTuning ignored -> "instruction_tuning";
      case Objective.Classification ignored -> "classification";
      case Objective.PreferenceTuning ignored -> "preference_tuning";
    };
  }

  /** As it will stand in the text: stripped, unless the prompt format says that it does not. */
  private static Optional<String> wrongLabel(
      String content, Objective.Classification classification) {
    boolean isKeptAsItIs =
        classification.textFormat() instanceof PromptFormat format && !format.stripWhitespace();
    String said = isKeptAsItIs ? content : SurroundingWhitespace.strip(content);
    return classification.labels().contains(said)
        ? Optional.empty()
        : Optional.of(
            "the last message is '%s'; it must be one of the labels and nothing else: %s"
                .formatted(shortened(said), allowed(classification.labels())));
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, text.offsetByCodePoints(0, 40)) + "...";
  }

  private static String allowed(List<String> labels) {
    String listed = String.join(", ", labels.subList(0, Math.min(LISTED, labels.size())));
    return labels.size() <= LISTED
        ? listed
        : "%s and %d more".formatted(listed, labels.size() - LISTED);
  }

  private static String wrongOrder(int index, Role actual, Role expected) {
    return ("messages[%d] has role '%s' where '%s' is due; the order is an optional system message,"
            + " then user and assistant in turns")
        .formatted(index, actual.text(), expected.text());
  }
}
