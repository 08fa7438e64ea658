package io.llmforge.trainer.data;

import io.llmforge.trainer.template.GeneratedSpan;
import io.llmforge.trainer.template.RenderedTemplate;
import io.llmforge.trainer.template.TemplateException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Messages to text by the chat template of the model's tokenizer.
 *
 * <p>Where the assistant's turns are: where the template's {@code generation} blocks say, one for
 * each; without such blocks, by rendering the conversation up to the turn, as it is prompted, and
 * up to its end, and only if each of these texts begins the next one and the whole. A template that
 * writes a turn differently once others follow (without its thoughts, say) does not pass that test
 * for it.
 *
 * <p>What belongs to a turn is what the model has to write: its text and what ends it. What the
 * generation prompt writes is none of it, nor is white space after the end token, which nothing
 * reads: generation has stopped by then.
 */
final class TemplateRenderer implements ConversationRenderer {

  private static final String UNSTABLE =
      "the chat template writes an answer differently once more of the conversation follows, so that"
          + " it is not known which of its tokens to learn; set generation_config.prompt_format instead";

  private static final String PROMPTED_OTHERWISE =
      "what the chat template writes to ask for the answer, a thought that it opens perhaps, does not"
          + " stand before the answer in this row, so that a model trained on it would be prompted"
          + " otherwise; write answers that begin so, or set generation_config.prompt_format instead";

  private static final String MARKED_OTHERWISE =
      "the chat template does not mark the answer as generated, or marks separate parts of it, so that"
          + " it is not known which of its tokens to learn; set generation_config.prompt_format instead";

  /** What a template is asked for. */
  private enum Purpose {
    TRAINING,
    PROMPT
  }

  private final TokenizerChatTemplate template;
  private final LocalDateTime now;

  TemplateRenderer(TokenizerChatTemplate template, LocalDate date) {
    this.template = template;
    this.now = date.atStartOfDay();
  }

  @Override
  public RenderedConversation render(List<Message> messages) {
    RenderedTemplate whole = render(messages, Purpose.TRAINING);
    List<AssistantTurn> turns =
        whole.generated().isEmpty()
            ? answers(messages).stream()
                .map(index -> byPrefixes(messages, index, whole.text()))
                .toList()
            : marked(messages, whole);
    return new RenderedConversation(whole.text(), turns);
  }

  @Override
  public String beginning() {
    return template.specialTokens().getOrDefault("bos_token", "");
  }

  private AssistantTurn byPrefixes(List<Message> messages, int index, String whole) {
    Optional<String> prompt = prefix(messages.subList(0, index), Purpose.PROMPT);
    Optional<String> answered = prefix(messages.subList(0, index + 1), Purpose.TRAINING);
    if (prompt.isEmpty() || answered.isEmpty() || !whole.startsWith(answered.get())) {
      return new AssistantTurn.Unstable(UNSTABLE);
    }
    if (!answered.get().startsWith(prompt.get())) {
      return new AssistantTurn.Unstable(PROMPTED_OTHERWISE);
    }
    TextSpan span = new TextSpan(prompt.get().length(), answered.get().length());
    return new AssistantTurn.Found(withoutEndingSpace(span, whole, messages.get(index)));
  }

  private List<AssistantTurn> marked(List<Message> messages, RenderedTemplate whole) {
    List<Integer> answers = answers(messages);
    List<OptionalInt> prompts =
        answers.stream()
            .map(index -> promptLength(messages.subList(0, index), whole.text()))
            .toList();
    List<List<GeneratedSpan>> marks = MarkedAnswers.of(whole.generated(), prompts);
    List<AssistantTurn> turns = new ArrayList<>();
    for (int number = 0; number < answers.size(); number++) {
      Optional<TextSpan> mark = MarkedAnswers.joined(marks.get(number));
      turns.add(
          mark.isEmpty()
              ? new AssistantTurn.Unstable(MARKED_OTHERWISE)
              : found(
                  withoutEndingSpace(mark.get(), whole.text(), messages.get(answers.get(number))),
                  prompts.get(number)));
    }
    return turns;
  }

  /** Where the model goes on, if a token begins there; else where the template's author says. */
  private static AssistantTurn found(TextSpan mark, OptionalInt prompt) {
    boolean begins = prompt.isPresent() && prompt.getAsInt() > mark.start();
    return begins && prompt.getAsInt() < mark.end()
        ? new AssistantTurn.Found(List.of(new TextSpan(prompt.getAsInt(), mark.end()), mark))
        : new AssistantTurn.Found(mark);
  }

  private OptionalInt promptLength(List<Message> messages, String whole) {
    return prefix(messages, Purpose.PROMPT)
        .filter(whole::startsWith)
        .map(prompt -> OptionalInt.of(prompt.length()))
        .orElse(OptionalInt.empty());
  }

  /** Without white space behind the end token, if there is one behind what was said. */
  private static TextSpan withoutEndingSpace(TextSpan span, String whole, Message message) {
    String text = SurroundingWhitespace.stripEnd(span.of(whole));
    String said = SurroundingWhitespace.strip(message.content());
    return text.endsWith(said) ? span : new TextSpan(span.start(), span.start() + text.length());
  }

  /** Nothing when the template refuses a conversation that ends there. */
  private Optional<String> prefix(List<Message> messages, Purpose purpose) {
    try {
      return Optional.of(render(messages, purpose).text());
    } catch (TemplateException e) {
      return Optional.empty();
    }
  }

  /** With the variables that Transformers passes, of which these three are always there. */
  private RenderedTemplate render(List<Message> messages, Purpose purpose) {
    Map<String, @Nullable Object> variables = new HashMap<>(template.specialTokens());
    variables.put("messages", messages.stream().map(TemplateRenderer::asMap).toList());
    variables.put("tools", null);
    variables.put("documents", null);
    variables.put("add_generation_prompt", purpose == Purpose.PROMPT);
    return template.template().render(variables, now);
  }

  private static Map<String, String> asMap(Message message) {
    return Map.of("role", message.role().text(), "content", message.content());
  }

  private static List<Integer> answers(List<Message> messages) {
    List<Integer> answers = new ArrayList<>();
    for (int index = 0; index < messages.size(); index++) {
      if (messages.get(index).role() == Role.ASSISTANT) {
        answers.add(index);
      }
    }
    return answers;
  }
}
