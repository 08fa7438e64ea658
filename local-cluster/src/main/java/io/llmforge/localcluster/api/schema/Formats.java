package io.llmforge.localcluster.api.schema;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoField;
import java.util.Base64;
import java.util.regex.Pattern;

/** Formats of text that a schema can ask for; unknown ones fit everything. */
final class Formats {
  private static final Pattern UUID =
      Pattern.compile("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
  private static final Pattern DURATION =
      Pattern.compile("([-+]?(\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h|d|w))+|0");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");
  private static final Pattern QUANTITY =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)(([KMGTPE]i)|[numkMGTPE]|[eE][+-]?\\d+)?");

  private Formats() {}

  static boolean fits(String format, String text) {
    try {
      return switch (format) {
        case "date-time" -> OffsetDateTime.parse(text).isSupported(ChronoField.YEAR);
        case "date" -> LocalDate.parse(text).isSupported(ChronoField.YEAR);
        case "uuid" -> UUID.matcher(text).matches();
        case "duration" -> DURATION.matcher(text).matches();
        case "ipv4" -> IPV4.matcher(text).matches();
        case "byte" -> text.isEmpty() || Base64.getDecoder().decode(text).length > 0;
        case "quantity" -> QUANTITY.matcher(text).matches();
        default -> true;
      };
    } catch (DateTimeException | IllegalArgumentException malformed) {
      return false;
    }
  }
}
