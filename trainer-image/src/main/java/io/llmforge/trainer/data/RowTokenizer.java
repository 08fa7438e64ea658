package io.llmforge.trainer.data;

import io.llmforge.crds.plan.Objective;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Conversations to tokens and target masks. */
public final class RowTokenizer {

  private static final String PROMPT_DIFFERS =
      "the tokenizer cuts up the prompt differently before the chosen and before the rejected answer;"
          + " end the template before the answer with a special token";

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
      rows.addAll(tokenize(conversation, file.problems()));
    }
    return rows;
  }

  /** How many sequences make a row. */
  public int sequencesPerRow() {
    return objective instanceof Objective.PreferenceTuning ? 2 : 1;
  }

  /** What is odd about the beginning of a text, if anything is: a warning, not a mistake. */
  public Optional<String> beginningOfText(Conversation conversation) {
    return encoder.beginningOfText().oddity(conversation.messages());
  }

  /** The sequences of a row, not yet cut; none when the row cannot be vouched for. */
  public List<TokenRow> tokenize(Conversation conversation, RowProblems problems) {
    List<EncodedConversation> sequences = new ArrayList<>();
    for (List<Message> messages : conversations(conversation)) {
      switch (narrowing.apply(encoder.encode(messages, learnedPart()), messages.getLast())) {
        case ConversationEncoding.Encoded(EncodedConversation encoded) -> sequences.add(encoded);
        case ConversationEncoding.Refused(String problem) -> {
          problems.add(conversation.line(), problem);
          return List.of();
        }
      }
    }
    if (!Arrays.equals(sequences.getFirst().prompt(), sequences.getLast().prompt())) {
      problems.add(conversation.line(), PROMPT_DIFFERS);
      return List.of();
    }
    sequences.getFirst().remarks().forEach(remark -> problems.remark(conversation.line(), remark));
    return sequences.stream()
        .map(encoded -> new TokenRow(conversation.line(), encoded.tokens(), encoded.mask()))
        .toList();
  }

  private static List<List<Message>> conversations(Conversation row) {
    return row.rejected().isEmpty()
        ? List.of(row.messages())
        : List.of(row.messages(), row.rejected());
  }

  private LearnedPart learnedPart() {
    return switch (objective) {
      case Objective.CausalLm ignored -> LearnedPart.EVERY_TOKEN;
      case Objective.InstructionTuning ignored -> LearnedPart.ASSISTANT_TURNS;
      case Objective.Classification ignored -> LearnedPart.LAST_ASSISTANT_TURN;
      case Objective.PreferenceTuning ignored -> LearnedPart.LAST_ASSISTANT_TURN;
    };
  }
}
