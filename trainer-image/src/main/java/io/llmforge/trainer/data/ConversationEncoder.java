package io.llmforge.trainer.data;

import io.llmforge.crds.plan.PromptFormat;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Messages to tokens and the ranges of them that are learned. The text is rendered as a whole and
 * encoded once; turns become token ranges by character offsets, and every range is proved by
 * decoding it.
 */
public final class ConversationEncoder {

  private final PromptRenderer renderer;
  private final TextTokenizer tokenizer;

  public ConversationEncoder(PromptFormat format, TextTokenizer tokenizer) {
    this.renderer = new PromptRenderer(format);
    this.tokenizer = tokenizer;
  }

  /** The tokens of a conversation, or why a mask over them cannot be vouched for. */
  public ConversationEncoding encode(List<Message> messages, LearnedPart part) {
    RenderedConversation rendered = renderer.render(messages);
    EncodedText encoded = tokenizer.encode(rendered.text());
    return switch (part) {
      case EVERY_TOKEN -> everyToken(encoded);
      case ASSISTANT_TURNS -> turns(rendered, rendered.assistantTurns(), encoded);
      case LAST_ASSISTANT_TURN -> lastTurn(messages, rendered, encoded);
    };
  }

  /** The text of a conversation, with every special token it has. */
  String text(List<Message> messages) {
    return renderer.render(messages).text();
  }

  private static ConversationEncoding everyToken(EncodedText encoded) {
    int tokens = encoded.tokens().length;
    return tokens == 0
        ? new ConversationEncoding.Refused("the row has no token; write some text or remove it")
        : encoded(encoded, List.of(new TokenRange(0, tokens)));
  }

  private ConversationEncoding lastTurn(
      List<Message> messages, RenderedConversation rendered, EncodedText encoded) {
    return messages.getLast().role() == Role.ASSISTANT
        ? turns(rendered, List.of(rendered.assistantTurns().getLast()), encoded)
        : new ConversationEncoding.Refused(
            "the last message is from the %s; its answer is what would be learned"
                .formatted(messages.getLast().role().text()));
  }

  private ConversationEncoding turns(
      RenderedConversation rendered, List<TextSpan> turns, EncodedText encoded) {
    BitSet mask = TargetMask.ofTurns(encoded, turns);
    Optional<String> mismatch =
        turns.isEmpty()
            ? Optional.of("there is no assistant message, and nothing else would be learned")
            : TargetMask.mismatch(
                new RenderedConversation(rendered.text(), turns), encoded, mask, tokenizer);
    return mismatch.isPresent()
        ? new ConversationEncoding.Refused(mismatch.get())
        : encoded(encoded, TargetMask.ranges(mask));
  }

  private static ConversationEncoding encoded(EncodedText encoded, List<TokenRange> learned) {
    return new ConversationEncoding.Encoded(new EncodedConversation(encoded.tokens(), learned));
  }
}
