package io.llmforge.trainer.data;

import java.util.List;

/**
 * The text of a conversation.
 *
 * @param text what is tokenised
 * @param assistantTurns where the assistant's messages are, one for each, in their order
 */
record RenderedConversation(String text, List<AssistantTurn> assistantTurns) {
  RenderedConversation {
    assistantTurns = List.copyOf(assistantTurns);
  }
}
