package dev.latchkey.client.store;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/**
 * The form in which {@link Instant#toString} writes a time of the years 0 to 9999, such as {@code
 * 2026-11-01T09:30:00.250Z}, read by hand: {@link Instant#parse} loads formatters that cost a
 * starting process some 20 ms.
 */
final class Timestamp {
  private static final int FRACTION = "2026-11-01T09:30:00".length();
  private static final int NANO_DIGITS = 9;
  private static final long FIRST_SECOND = -62_167_219_200L; // 0000-01-01T00:00:00Z
  private static final long LAST_SECOND = 253_402_300_799L; // 9999-12-31T23:59:59Z

  private Timestamp() {}

  /** Tells whether what {@link Instant#toString} makes of a time can be read back. */
  static boolean isWritable(Instant time) {
    long second = time.getEpochSecond();
    return second >= FIRST_SECOND && second <= LAST_SECOND;
  }

  /**
   * Returns the time that a text gives.
   *
   * @throws DateTimeException if it has another form, or is no time
   */
  static Instant parse(String text) {
    int end = text.length() - 1;
    boolean marked =
        end >= FRACTION
            && text.charAt(4) == '-'
            && text.charAt(7) == '-'
            && text.charAt(10) == 'T'
            && text.charAt(13) == ':'
            && text.charAt(16) == ':'
            && text.charAt(end) == 'Z';
    if (!marked) {
      throw malformed();
    }
    long day =
        LocalDate.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)).toEpochDay();
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, FRACTION);
    if (hour > 23 || minute > 59 || second > 59) {
      throw malformed();
    }
    return Instant.ofEpochSecond(((day * 24 + hour) * 60 + minute) * 60 + second, nanos(text, end));
  }

  private static int nanos(String text, int end) {
    if (end == FRACTION) {
      return 0;
    }
    int count = end - FRACTION - 1;
    if (text.charAt(FRACTION) != '.' || count < 1 || count > NANO_DIGITS) {
      throw malformed();
    }
    int nanos = digits(text, FRACTION + 1, end);
    for (int i = count; i < NANO_DIGITS; i++) {
      nanos *= 10;
    }
    return nanos;
  }

  private static int digits(String text, int start, int end) {
    int number = 0;
    for (int i = start; i < end; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw malformed();
      }
      number = 10 * number + digit;
    }
    return number;
  }

  private static DateTimeException malformed() {
    return new DateTimeException("not a time");
  }
}
