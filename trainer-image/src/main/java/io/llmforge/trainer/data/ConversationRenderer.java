package io.llmforge.trainer.data;

import io.llmforge.trainer.template.TemplateException;
import java.util.List;

/** Messages to text. */
sealed interface ConversationRenderer permits PromptRenderer, TemplateRenderer {

  /**
   * The text of a conversation, and where the assistant's turns are in it.
   *
   * @throws TemplateException when a chat template refuses the conversation
   */
  RenderedConversation render(List<Message> messages);

  /** What begins texts, if anything does: the special token before everything else. */
  String beginning();
}
