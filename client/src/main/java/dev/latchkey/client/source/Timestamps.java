package dev.latchkey.client.source;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Reads times as {@link Instant#parse} does, the usual form in a tenth of its time. */
final class Timestamps {
  /** The usual form, up to the Z that ends it; the fraction has any number of digits, or is not. */
  private static final String FORM = "0000-00-00T00:00:00.000000000";

  private static final int FRACTION = FORM.indexOf('.');

  private Timestamps() {}

  /**
   * Returns the instant that a text gives.
   *
   * @throws DateTimeException if it gives none
   */
  static Instant parse(String text) {
    int end = text.length() - 1;
    if (!isUsual(text, end)) {
      return Instant.parse(text);
    }
    int nanos = end == FRACTION ? 0 : digits(text, FRACTION + 1, end);
    for (int i = end; i < FORM.length(); i++) {
      nanos *= 10;
    }
    try {
      return LocalDateTime.of(
              digits(text, 0, 4),
              digits(text, 5, 7),
              digits(text, 8, 10),
              digits(text, 11, 13),
              digits(text, 14, 16),
              digits(text, 17, 19),
              nanos)
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return Instant.parse(text); // It knows two more: midnight as 24:00, and a leap second.
    }
  }

  private static boolean isUsual(String text, int end) {
    boolean length = end == FRACTION || (end > FRACTION + 1 && end <= FORM.length());
    boolean usual = length && text.charAt(end) == 'Z';
    for (int i = 0; usual && i < end; i++) {
      char c = text.charAt(i);
      usual = FORM.charAt(i) == '0' ? c >= '0' && c <= '9' : c == FORM.charAt(i);
    }
    return usual;
  }

  private static int digits(String text, int start, int end) {
    return Integer.parseInt(text, start, end, 10);
  }
}
