package io.llmforge.trainer.data;

import java.util.List;
import java.util.Optional;

/** Looks whether texts begin with the special token that they should begin with, and once. */
record BeginningOfText(ConversationRenderer renderer, TextTokenizer tokenizer) {

  /** What is odd about the beginning of a text, if anything is: a warning, not a mistake. */
  Optional<String> oddity(List<Message> messages) {
    String text = renderer.render(messages).text();
    String beginning = renderer.beginning();
    int[] own = tokenizer.encode(text).tokens();
    if (own.length > 1 && own[0] == own[1] && isFirstOf(beginning, own[0])) {
      return Optional.of(
          "every row begins with token %d twice: %s stands there as well as in the first turn; remove one"
              .formatted(own[0], beginning));
    }
    int[] automatic = tokenizer.encodeWithSpecialTokens(text);
    boolean tokenizerWouldAdd = automatic.length > own.length && automatic[0] != own[0];
    boolean isThere = !beginning.isEmpty() && text.startsWith(beginning);
    return tokenizerWouldAdd && !isThere
        ? Optional.of(
            "the tokenizer begins texts with token %d, but the %s: rows are trained without it"
                .formatted(automatic[0], without()))
        : Optional.empty();
  }

  private boolean isFirstOf(String beginning, int token) {
    int[] tokens = tokenizer.encode(beginning).tokens();
    return tokens.length > 0 && tokens[0] == token;
  }

  private String without() {
    return switch (renderer) {
      case PromptRenderer ignored -> "prompt format has no bos";
      case TemplateRenderer ignored -> "chat template does not write it";
    };
  }
}
