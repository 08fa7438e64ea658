package io.llmforge.trainer.data;

import io.llmforge.crds.plan.PromptFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages to text, as LLMForge's {@code prompt_format} defines it.
 *
 * <p>The system text is the system message, else the format's default. When it is not empty, or
 * empty ones are wanted, it stands first through the {@code system} template; with {@code
 * systemInUser} it is substituted, unstripped, into {@code {system}} of the first user turn and
 * later user turns get nothing there. {@code bos} comes once, {@code trailingAssistant} never: it
 * opens a turn that the model is to write.
 */
final class PromptRenderer implements ConversationRenderer {

  private final PromptFormat format;
  private final TurnTemplate system;
  private final TurnTemplate user;
  private final TurnTemplate assistant;

  PromptRenderer(PromptFormat format) {
    this.format = format;
    this.system = TurnTemplate.of(format.system());
    this.user = TurnTemplate.ofUser(format.user());
    this.assistant = TurnTemplate.of(format.assistant());
  }

  @Override
  public RenderedConversation render(List<Message> messages) {
    StringBuilder text = new StringBuilder(format.bos());
    List<AssistantTurn> assistantTurns = new ArrayList<>();
    String pendingSystem = systemPart(messages);
    if (!format.systemInUser()) {
      text.append(pendingSystem);
      pendingSystem = "";
    }
    for (Message message : messages) {
      switch (message.role()) {
        case SYSTEM -> {}
        case USER -> {
          text.append(user.render(stripped(message.content()), pendingSystem));
          pendingSystem = "";
        }
        case ASSISTANT -> {
          int start = text.length();
          text.append(assistant.render(stripped(message.content()), ""));
          assistantTurns.add(new AssistantTurn.Found(new TextSpan(start, text.length())));
        }
      }
    }
    return new RenderedConversation(text.toString(), assistantTurns);
  }

  @Override
  public String beginning() {
    return format.bos();
  }

  private String systemPart(List<Message> messages) {
    Message first = messages.getFirst();
    String content = first.role() == Role.SYSTEM ? first.content() : format.defaultSystemMessage();
    if (content.isEmpty() && !format.addSystemTagsEvenIfMessageIsEmpty()) {
      return "";
    }
    return system.render(format.systemInUser() ? content : stripped(content), "");
  }

  private String stripped(String content) {
    return format.stripWhitespace() ? SurroundingWhitespace.strip(content) : content;
  }
}
