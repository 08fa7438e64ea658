package io.llmforge.trainer.data;

import java.util.Arrays;
import java.util.Optional;

/** Who speaks. */
public enum Role {
  SYSTEM("system"),
  USER("user"),
  ASSISTANT("assistant");

  private final String text;

  Role(String text) {
    this.text = text;
  }

  /** The role as it is written in a data file. */
  public String text() {
    return text;
  }

  static Optional<Role> of(String text) {
    return Arrays.stream(values()).filter(role -> role.text.equals(text)).findFirst();
  }
}
