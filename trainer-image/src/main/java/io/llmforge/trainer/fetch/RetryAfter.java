package io.llmforge.trainer.fetch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a server that is busy wants to be asked again: {@code Retry-After}, seconds or a date (RFC
 * 9110 section 10.2.3), or {@code RateLimit}, which the Hub sends (draft-ietf-httpapi-ratelimit-
 * headers: {@code r} questions remain of a window that ends in {@code t} seconds).
 */
final class RetryAfter {

  private static final Pattern USED_UP_WINDOW =
      Pattern.compile(";\\s*r\\s*=\\s*0\\s*;\\s*t\\s*=\\s*([0-9]{1,9})\\b");

  private RetryAfter() {}

  static Optional<Duration> of(WebClient.Answer answer, InstantSource clock) {
    return answer
        .header("Retry-After")
        .flatMap(text -> parse(text, clock))
        .or(() -> answer.header("RateLimit").flatMap(RetryAfter::window));
  }

  private static Optional<Duration> window(String text) {
    Matcher window = USED_UP_WINDOW.matcher(text);
    return window.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(window.group(1))))
        : Optional.empty();
  }

  static Optional<Duration> parse(String text, InstantSource clock) {
    String value = text.strip();
    if (value.matches("[0-9]{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
    }
    try {
      Instant then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(clock.instant(), then);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
