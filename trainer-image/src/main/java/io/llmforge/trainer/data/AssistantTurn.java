package io.llmforge.trainer.data;

import java.util.List;

/** What is known of an assistant message's place in a rendered text. */
sealed interface AssistantTurn {

  /**
   * It is there.
   *
   * @param spans where exactly: the first of these that begins and ends with a token
   */
  record Found(List<TextSpan> spans) implements AssistantTurn {
    public Found {
      spans = List.copyOf(spans);
    }

    Found(TextSpan span) {
      this(List.of(span));
    }
  }

  /**
   * Nowhere that could be proved.
   *
   * @param reason why, and what to do
   */
  record Unstable(String reason) implements AssistantTurn {}
}
