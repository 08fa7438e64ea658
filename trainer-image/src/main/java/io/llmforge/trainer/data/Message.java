package io.llmforge.trainer.data;

import static java.util.Objects.requireNonNull;

/** One turn of a conversation, as it stands in the data file. */
public record Message(Role role, String content) {
  public Message {
    requireNonNull(role, "role");
    requireNonNull(content, "content");
  }
}
