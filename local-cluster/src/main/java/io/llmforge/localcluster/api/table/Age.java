package io.llmforge.localcluster.api.table;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;

/** Spans of time in two figures, precise where they are short. */
final class Age {
  private static final Duration SECONDS_ONLY = Duration.ofMinutes(2);
  private static final Duration MINUTES_AND_SECONDS = Duration.ofMinutes(10);
  private static final Duration MINUTES_ONLY = Duration.ofHours(3);
  private static final Duration HOURS_AND_MINUTES = Duration.ofHours(8);
  private static final Duration HOURS_ONLY = Duration.ofDays(2);
  private static final Duration DAYS_AND_HOURS = Duration.ofDays(8);

  private final Clock clock;

  Age(Clock clock) {
    this.clock = clock;
  }

  /** How long ago a time was; {@code <unknown>} when there is none. */
  String since(String time) {
    try {
      return text(Duration.between(OffsetDateTime.parse(time).toInstant(), clock.instant()));
    } catch (DateTimeException noTime) {
      return "<unknown>";
    }
  }

  /** The time from one moment to another, or to now when the other has not come. */
  String between(String start, String end) {
    if (start.isEmpty()) {
      return "";
    }
    return end.isEmpty()
        ? since(start)
        : text(Duration.between(OffsetDateTime.parse(start), OffsetDateTime.parse(end)));
  }

  static String text(Duration duration) {
    if (duration.isNegative()) {
      return "0s";
    }
    if (duration.compareTo(SECONDS_ONLY) < 0) {
      return duration.toSeconds() + "s";
    }
    if (duration.compareTo(MINUTES_AND_SECONDS) < 0) {
      return duration.toMinutes() + "m" + nonZero(duration.toSecondsPart(), "s");
    }
    if (duration.compareTo(MINUTES_ONLY) < 0) {
      return duration.toMinutes() + "m";
    }
    if (duration.compareTo(HOURS_AND_MINUTES) < 0) {
      return duration.toHours() + "h" + nonZero(duration.toMinutesPart(), "m");
    }
    if (duration.compareTo(HOURS_ONLY) < 0) {
      return duration.toHours() + "h";
    }
    if (duration.compareTo(DAYS_AND_HOURS) < 0) {
      return duration.toDays() + "d" + nonZero(duration.toHoursPart(), "h");
    }
    return duration.toDays() + "d";
  }

  private static String nonZero(int count, String unit) {
    return count == 0 ? "" : count + unit;
  }
}
