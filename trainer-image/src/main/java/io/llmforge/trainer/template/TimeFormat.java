package io.llmforge.trainer.template;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** C's {@code strftime} in English, with the flag {@code -} that leaves out padding. */
final class TimeFormat {

  private final LocalDateTime time;

  private TimeFormat(LocalDateTime time) {
    this.time = time;
  }

  static String of(LocalDateTime time, String format) {
    TimeFormat formatter = new TimeFormat(time);
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < format.length(); at++) {
      char unit = format.charAt(at);
      if (unit != '%' || at + 1 == format.length()) {
        text.append(unit);
        continue;
      }
      boolean isPadded = format.charAt(at + 1) != '-' || at + 2 == format.length();
      at += isPadded ? 1 : 2;
      String field = formatter.field(format.charAt(at));
      text.append(isPadded ? field : withoutPadding(field));
    }
    return text.toString();
  }

  private String field(char directive) {
    return switch (directive) {
      case '%' -> "%";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'd' -> number(2, time.getDayOfMonth());
      case 'e' -> "%2d".formatted(time.getDayOfMonth());
      case 'm' -> number(2, time.getMonthValue());
      case 'y' -> number(2, time.getYear() % 100);
      case 'Y' -> Integer.toString(time.getYear());
      case 'H' -> number(2, time.getHour());
      case 'I' -> number(2, time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'M' -> number(2, time.getMinute());
      case 'S' -> number(2, time.getSecond());
      case 'f' -> number(6, time.getNano() / 1000);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'j' -> number(3, time.getDayOfYear());
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'V' -> number(2, time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'D' -> of(time, "%m/%d/%y");
      case 'F' -> of(time, "%Y-%m-%d");
      case 'R' -> of(time, "%H:%M");
      case 'T', 'X' -> of(time, "%H:%M:%S");
      case 'x' -> of(time, "%m/%d/%y");
      case 'c' -> of(time, "%a %b %e %H:%M:%S %Y");
      case 'z', 'Z' -> "";
      default -> throw new Failure("strftime_now does not know %%%s".formatted(directive));
    };
  }

  private static String number(int digits, int number) {
    return String.format(Locale.ROOT, "%0" + digits + "d", number);
  }

  private static String withoutPadding(String field) {
    return field.replaceFirst("^[0 ]+(?=.)", "");
  }
}
