package io.llmforge.trainer.data;

import java.util.List;

/**
 * One row of a data file.
 *
 * @param line line of the file, from 1
 * @param messages turns in their order; of a pair, with the chosen answer
 * @param rejected the same turns with the rejected answer; empty when the row is no pair
 */
public record Conversation(long line, List<Message> messages, List<Message> rejected) {
  public Conversation {
    messages = List.copyOf(messages);
    rejected = List.copyOf(rejected);
  }

  /** A row that is no pair. */
  public Conversation(long line, List<Message> messages) {
    this(line, messages, List.of());
  }
}
