package io.llmforge.trainer.data;

import io.llmforge.crds.plan.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Conversations to tokens and target masks. */
public final class RowTokenizer {

  private final Objective objective;
  private final ConversationEncoder encoder;
  private final BiFunction<ConversationEncoding, Message, ConversationEncoding> narrowing;

  /**
   * Renders and encodes as an objective wants it.
   *
   * @throws TokenizerInvalidException when the tokenizer does not have the objective's labels
   */
  public RowTokenizer(Objective objective, TextTokenizer tokenizer) {
    this.objective = objective;
    this.encoder = new ConversationEncoder(objective.textFormat(), tokenizer);
    this.narrowing =
        objective instanceof Objective.Classification classification
            ? new LabelPosition(LabelTokens.of(classification.labels(), tokenizer))::narrowed
            : (encoding, last) -> encoding;
  }

  /** Whole rows, not yet cut; a row whose mask cannot be proved is a problem of the file. */
  public List<TokenRow> tokenize(ConversationFile file) {
    List<TokenRow> rows = new ArrayList<>(file.conversations().size());
    for (Conversation conversation : file.conversations()) {
      tokenize(conversation, file.problems()).ifPresent(rows::add);
    }
    return rows;
  }

  /** What is odd about the beginning of a text, if anything is: a warning, not a mistake. */
  public Optional<String> beginningOfText(Conversation conversation) {
    return encoder.beginningOfText().oddity(conversation.messages());
  }

  /** The whole row, not yet cut; nothing when its mask cannot be proved, which is a problem. */
  public Optional<TokenRow> tokenize(Conversation conversation, RowProblems problems) {
    List<Message> messages = conversation.messages();
    ConversationEncoding encoding = encoder.encode(messages, learnedPart());
    return switch (narrowing.apply(encoding, messages.getLast())) {
      case ConversationEncoding.Encoded(EncodedConversation encoded) -> {
        encoded.remarks().forEach(remark -> problems.remark(conversation.line(), remark));
        yield Optional.of(new TokenRow(conversation.line(), encoded.tokens(), encoded.mask()));
      }
      case ConversationEncoding.Refused(String problem) -> {
        problems.add(conversation.line(), problem);
        yield Optional.empty();
      }
    };
  }

  private LearnedPart learnedPart() {
    return switch (objective) {
      case Objective.CausalLm ignored -> LearnedPart.EVERY_TOKEN;
      case Objective.InstructionTuning ignored -> LearnedPart.ASSISTANT_TURNS;
      case Objective.Classification ignored -> LearnedPart.LAST_ASSISTANT_TURN;
      case Objective.PreferenceTuning ignored ->
          throw new IllegalArgumentException("rows of preferences are two conversations each");
    };
  }
}
