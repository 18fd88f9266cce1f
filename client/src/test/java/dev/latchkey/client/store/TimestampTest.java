package dev.latchkey.client.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00Z",
        "2024-02-29T12:30:00.000001Z",
        "2026-11-01T09:30:00.5Z",
        "9999-12-31T23:59:59.999999999Z"
      })
  void parse_legalTime_isAsTheJdkReadsIt(String text) {
    assertThat(Timestamp.parse(text)).isEqualTo(Instant.parse(text));
    assertThat(Timestamp.isWritable(Instant.parse(text))).isTrue();
  }

  @Test
  void parse_whatToStringWrites_isTheSame() {
    var random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      Instant time =
          Instant.ofEpochSecond(
              random.nextLong(-62_167_219_200L, 253_402_300_800L), random.nextInt(1_000_000_000));
      assertThat(Timestamp.parse(time.toString())).isEqualTo(time);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "2026-11-01",
        "2026-11-01T09:30:00",
        "2026-11-01T09:30Z",
        "2026-11-01 09:30:00Z",
        "2026-11-01T09:30:00z",
        "2026-11-01T09:30:00+00:00",
        "2026-11-01T09:30:00.Z",
        "2026-11-01T09:30:00,5Z",
        "2026-11-01T09:30:00.1234567890Z",
        "2026-11-01T24:00:00Z",
        "2026-11-01T23:60:00Z",
        "2026-11-01T23:59:60Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "-026-01-01T00:00:00Z",
        "+10000-01-01T00:00:00Z",
        "2026-11-01T09:30:00Z ",
        "٢٠٢٦-11-01T09:30:00Z"
      })
  void parse_otherForm_throws(String text) {
    assertThatThrownBy(() -> Timestamp.parse(text)).isInstanceOf(DateTimeException.class);
  }

  @Test
  void isWritable_outsideFourDigitYears_isFalse() {
    assertThat(Timestamp.isWritable(Instant.parse("-0001-12-31T23:59:59.999999999Z"))).isFalse();
    assertThat(Timestamp.isWritable(Instant.parse("+10000-01-01T00:00:00Z"))).isFalse();
  }
}
