package io.llmforge.trainer.data;

import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.crds.plan.TextFormat;
import io.llmforge.crds.plan.TokenizerTemplate;
import io.llmforge.trainer.template.TemplateException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Messages to tokens and the ranges of them that are learned. The text is rendered as a whole and
 * encoded once; turns become token ranges by character offsets, and every range is proved by
 * decoding it.
 */
public final class ConversationEncoder {

  /** Said of rows of which less is learned than was asked for. */
  static final String LAST_TURN_ALONE =
      "only the last answer is learned: the chat template writes earlier ones differently once the"
          + " conversation goes on";

  /** Said of rows after which a model would go on writing. */
  static final String NO_END =
      "the answer ends with its own text, so nothing is learned that ends generation; let the"
          + " assistant's template end with an end token";

  private final ConversationRenderer renderer;
  private final TextTokenizer tokenizer;

  /**
   * An encoder.
   *
   * @throws TokenizerInvalidException when the tokenizer's own template is asked for and there is
   *     none that could be used
   */
  public ConversationEncoder(TextFormat format, TextTokenizer tokenizer) {
    this.renderer = renderer(format, tokenizer);
    this.tokenizer = tokenizer;
  }

  private static ConversationRenderer renderer(TextFormat format, TextTokenizer tokenizer) {
    return switch (format) {
      case PromptFormat prompts -> new PromptRenderer(prompts);
      case TokenizerTemplate own -> new TemplateRenderer(tokenizer.chatTemplate(), own.day());
    };
  }

  /** The tokens of a conversation, or why a mask over them cannot be vouched for. */
  public ConversationEncoding encode(List<Message> messages, LearnedPart part) {
    RenderedConversation rendered;
    try {
      rendered = renderer.render(messages);
    } catch (TemplateException e) {
      return new ConversationEncoding.Refused(
          "the chat template refuses the conversation: %s".formatted(e.getMessage()));
    }
    EncodedText encoded = tokenizer.encode(rendered.text());
    return switch (part) {
      case EVERY_TOKEN -> everyToken(encoded);
      case ASSISTANT_TURNS -> turns(messages, rendered, encoded);
      case LAST_ASSISTANT_TURN -> lastTurn(messages, rendered, encoded);
    };
  }

  /** How texts begin. */
  BeginningOfText beginningOfText() {
    return new BeginningOfText(renderer, tokenizer);
  }

  private static ConversationEncoding everyToken(EncodedText encoded) {
    int tokens = encoded.tokens().length;
    return tokens == 0
        ? new ConversationEncoding.Refused("the row has no token; write some text or remove it")
        : encoded(encoded, List.of(new TokenRange(0, tokens)), List.of());
  }

  private ConversationEncoding turns(
      List<Message> messages, RenderedConversation rendered, EncodedText encoded) {
    List<AssistantTurn> turns = rendered.assistantTurns();
    if (turns.isEmpty()) {
      return new ConversationEncoding.Refused(
          "there is no assistant message, and nothing else would be learned");
    }
    boolean all = turns.stream().allMatch(AssistantTurn.Found.class::isInstance);
    List<String> remarks = new ArrayList<>(all ? List.of() : List.of(LAST_TURN_ALONE));
    if (endsWithItsText(messages, rendered)) {
      remarks.add(NO_END);
    }
    return proved(rendered, all ? turns : List.of(turns.getLast()), encoded, remarks);
  }

  private static boolean endsWithItsText(List<Message> messages, RenderedConversation rendered) {
    Message last = messages.getLast();
    return last.role() == Role.ASSISTANT
        && rendered.assistantTurns().getLast() instanceof AssistantTurn.Found found
        && found
            .spans()
            .getLast()
            .of(rendered.text())
            .endsWith(SurroundingWhitespace.strip(last.content()));
  }

  private ConversationEncoding lastTurn(
      List<Message> messages, RenderedConversation rendered, EncodedText encoded) {
    return messages.getLast().role() == Role.ASSISTANT
        ? proved(rendered, List.of(rendered.assistantTurns().getLast()), encoded, List.of())
        : new ConversationEncoding.Refused(
            "the last message is from the %s; its answer is what would be learned"
                .formatted(messages.getLast().role().text()));
  }

  private ConversationEncoding proved(
      RenderedConversation rendered,
      List<AssistantTurn> turns,
      EncodedText encoded,
      List<String> remarks) {
    List<TextSpan> spans = new ArrayList<>();
    for (AssistantTurn turn : turns) {
      switch (turn) {
        case AssistantTurn.Found found -> spans.add(chosen(found, rendered.text(), encoded));
        case AssistantTurn.Unstable(String reason) -> {
          return new ConversationEncoding.Refused(reason);
        }
      }
    }
    BitSet mask = TargetMask.ofTurns(encoded, spans);
    Optional<String> mismatch =
        TargetMask.mismatch(rendered.text(), spans, encoded, mask, tokenizer);
    return mismatch.isPresent()
        ? new ConversationEncoding.Refused(mismatch.get())
        : encoded(encoded, TargetMask.ranges(mask), remarks);
  }

  /** The first span that its tokens say exactly; the first of all, for the message, if none is. */
  private TextSpan chosen(AssistantTurn.Found found, String text, EncodedText encoded) {
    List<TextSpan> spans = found.spans();
    return spans.size() == 1
        ? spans.getFirst()
        : spans.stream()
            .filter(span -> isProved(span, text, encoded))
            .findFirst()
            .orElse(spans.getFirst());
  }

  private boolean isProved(TextSpan span, String text, EncodedText encoded) {
    BitSet mask = TargetMask.ofTurns(encoded, List.of(span));
    return TargetMask.mismatch(text, List.of(span), encoded, mask, tokenizer).isEmpty();
  }

  private static ConversationEncoding encoded(
      EncodedText encoded, List<TokenRange> learned, List<String> remarks) {
    return new ConversationEncoding.Encoded(
        new EncodedConversation(encoded.tokens(), learned, remarks));
  }
}
