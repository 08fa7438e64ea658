package io.llmforge.operator.observe;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads times that objects of the API hold as text. */
public final class RecordedTime {

  private RecordedTime() {}

  /** The time; nothing for what is none, as anybody may have written it who has the right to. */
  public static Optional<Instant> read(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
