package io.llmforge.trainer.data;

import java.util.List;

/**
 * One row of a data file.
 *
 * @param line line of the file, from 1
 * @param messages turns in their order
 */
public record Conversation(long line, List<Message> messages) {
  public Conversation {
    messages = List.copyOf(messages);
  }
}
