package io.llmforge.trainer.fetch;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A server that cannot answer now, and perhaps says when it can. */
final class BusyException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Duration> retryAfter;

  BusyException(String message, Optional<Duration> retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
