package io.llmforge.trainer.data;

import java.util.List;

/**
 * The text of a conversation.
 *
 * @param text what is tokenised
 * @param assistantTurns where the assistant's turns are, each with its header and end token
 */
record RenderedConversation(String text, List<TextSpan> assistantTurns) {
  RenderedConversation {
    assistantTurns = List.copyOf(assistantTurns);
  }
}
