package io.llmforge.trainer.data;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is learned of a labelled conversation: the label in the last turn, and nothing else of it.
 * Header and end of the turn are the same in every row; learning them would say nothing about the
 * label, and would hide in the loss how well the label is known.
 *
 * @param labels the labels as the tokenizer has them
 */
record LabelPosition(LabelTokens labels) {

  /** Narrows a conversation whose last turn is learned to the label that this turn says. */
  ConversationEncoding narrowed(ConversationEncoding encoding, Message last) {
    return switch (encoding) {
      case ConversationEncoding.Refused refused -> refused;
      case ConversationEncoding.Encoded(EncodedConversation conversation) ->
          narrowed(conversation, last.content());
    };
  }

  private ConversationEncoding narrowed(EncodedConversation conversation, String said) {
    TokenRange turn = conversation.learned().getLast();
    int[] found =
        IntStream.range(turn.start(), turn.end())
            .filter(position -> labels.labelOf(conversation.tokens()[position]) >= 0)
            .toArray();
    if (found.length != 1 || !isSaid(conversation.tokens()[found[0]], said)) {
      return new ConversationEncoding.Refused(
          "the last turn holds %s where its message says '%s'; the assistant template must not add text that makes a label, or makes another one with it"
              .formatted(found.length == 0 ? "no label" : texts(found, conversation), said));
    }
    return new ConversationEncoding.Encoded(
        new EncodedConversation(
            conversation.tokens(),
            List.of(new TokenRange(found[0], found[0] + 1)),
            conversation.remarks()));
  }

  private String texts(int[] positions, EncodedConversation conversation) {
    return IntStream.of(positions)
        .mapToObj(position -> "'" + label(conversation.tokens()[position]) + "'")
        .collect(Collectors.joining(" and ", "label ", ""));
  }

  /** The message may carry white space that the prompt format strips. */
  private boolean isSaid(int token, String said) {
    String label = label(token);
    return label.equals(said) || label.equals(SurroundingWhitespace.strip(said));
  }

  private String label(int token) {
    return labels.labels().get(labels.labelOf(token));
  }
}
