package dev.latchkey.client.source;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;

/**
 * Reads the times of RFC 3339. The usual form, in UTC, is read here: {@link Instant#parse} costs 17
 * ms when a process calls it first, which is on the way to its first secret.
 */
final class Timestamps {
  private static final String FORM = "0000-00-00T00:00:00";
  private static final int NANO_DIGITS = 9;

  private Timestamps() {}

  /**
   * Returns the instant that a text gives.
   *
   * @throws DateTimeException if it gives none
   */
  static Instant parse(String text) {
    int end = text.length() - 1;
    if (end < FORM.length() || text.charAt(end) != 'Z' || !startsInForm(text)) {
      return OffsetDateTime.parse(text).toInstant();
    }
    long day =
        LocalDate.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)).toEpochDay();
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, 19);
    if (hour > 23 || minute > 59 || second > 59) {
      throw new DateTimeException("out of range");
    }
    long seconds = ((day * 24 + hour) * 60 + minute) * 60 + second;
    return Instant.ofEpochSecond(seconds, nanos(text, end));
  }

  private static boolean startsInForm(String text) {
    for (int i = 0; i < FORM.length(); i++) {
      boolean digit = FORM.charAt(i) == '0';
      if (digit ? !isDigit(text.charAt(i)) : text.charAt(i) != FORM.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int nanos(String text, int end) {
    int start = FORM.length();
    if (start == end) {
      return 0;
    }
    int count = end - start - 1;
    if (text.charAt(start) != '.' || count < 1 || count > NANO_DIGITS) {
      throw new DateTimeException("no fraction");
    }
    int nanos = digits(text, start + 1, end);
    for (int i = count; i < NANO_DIGITS; i++) {
      nanos *= 10;
    }
    return nanos;
  }

  private static int digits(String text, int start, int end) {
    int number = 0;
    for (int i = start; i < end; i++) {
      if (!isDigit(text.charAt(i))) {
        throw new DateTimeException("no digit");
      }
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
