package io.llmforge.trainer.data;

import io.llmforge.crds.plan.Objective;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Conversations to tokens and target masks. */
public final class RowTokenizer {

  private final Objective objective;
  private final PromptRenderer renderer;
  private final TextTokenizer tokenizer;

  public RowTokenizer(Objective objective, TextTokenizer tokenizer) {
    this.objective = objective;
    this.renderer = new PromptRenderer(objective.promptFormat());
    this.tokenizer = tokenizer;
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
    String text = renderer.render(conversation.messages()).text();
    int[] own = tokenizer.encode(text).tokens();
    int[] automatic = tokenizer.encodeWithSpecialTokens(text);
    if (own.length > 1 && own[0] == own[1] && !objective.promptFormat().bos().isEmpty()) {
      return Optional.of(
          "every row begins with token %d twice: the prompt format's bos stands there as well as in the first turn; remove one"
              .formatted(own[0]));
    }
    boolean tokenizerWouldAdd = automatic.length > own.length && automatic[0] != own[0];
    if (tokenizerWouldAdd && objective.promptFormat().bos().isEmpty()) {
      return Optional.of(
          "the tokenizer begins texts with token %d, but the prompt format has no bos: rows are trained without it"
              .formatted(automatic[0]));
    }
    return Optional.empty();
  }

  /** The whole row, not yet cut; nothing when its mask cannot be proved, which is a problem. */
  public Optional<TokenRow> tokenize(Conversation conversation, RowProblems problems) {
    RenderedConversation rendered = renderer.render(conversation.messages());
    EncodedText encoded = tokenizer.encode(rendered.text());
    BitSet mask =
        switch (objective) {
          case Objective.CausalLm ignored -> TargetMask.everyToken(encoded.spans().size());
          case Objective.InstructionTuning ignored ->
              TargetMask.ofTurns(encoded, rendered.assistantTurns());
          case Objective.Classification ignored -> throw new IllegalArgumentException();
          case Objective.PreferenceTuning ignored -> throw new IllegalArgumentException();
        };
    Optional<String> mismatch =
        switch (objective) {
          case Objective.CausalLm ignored -> Optional.<String>empty();
          case Objective.InstructionTuning ignored ->
              TargetMask.mismatch(rendered, encoded, mask, tokenizer);
          case Objective.Classification ignored -> throw new IllegalArgumentException();
          case Objective.PreferenceTuning ignored -> throw new IllegalArgumentException();
        };
    mismatch.ifPresent(problem -> problems.add(conversation.line(), problem));
    return mismatch.isPresent()
        ? Optional.empty()
        : Optional.of(new TokenRow(conversation.line(), encoded.tokens(), mask));
  }
}
