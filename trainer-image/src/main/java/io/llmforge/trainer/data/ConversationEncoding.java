package io.llmforge.trainer.data;

/** What became of a conversation that was to be encoded. */
public sealed interface ConversationEncoding {

  record Encoded(EncodedConversation conversation) implements ConversationEncoding {}

  /**
   * It cannot be trained on.
   *
   * @param problem what is wrong with the row and what to do, for {@link RowProblems}
   */
  record Refused(String problem) implements ConversationEncoding {}
}
