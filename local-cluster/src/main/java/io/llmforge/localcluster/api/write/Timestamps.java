package io.llmforge.localcluster.api.write;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as objects hold them: UTC, whole seconds. */
public final class Timestamps {
  private final Clock clock;

  public Timestamps(Clock clock) {
    this.clock = clock;
  }

  public String now() {
    return text(clock.instant());
  }

  public String inSeconds(long seconds) {
    return text(clock.instant().plusSeconds(seconds));
  }

  private static String text(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
