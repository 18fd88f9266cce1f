package dev.latchkey.client.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  @Test
  void parse_anyInstant_readsAsTheJdkDoes() {
    var random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      int nanos = i % 2 == 0 ? random.nextInt(1000) * 1_000_000 : random.nextInt(1_000_000_000);
      Instant instant =
          Instant.ofEpochSecond(random.nextLong(-62_135_596_800L, 253_402_300_799L), nanos);
      assertThat(Timestamps.parse(instant.toString())).isEqualTo(instant);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-02T03:04:05.5+01:00",
        "2024-02-29T00:00:00Z",
        "2026-01-02T03:04:05.123456789Z"
      })
  void parse_otherForms_readsAsTheJdkDoes(String text) {
    assertThat(Timestamps.parse(text)).isEqualTo(java.time.OffsetDateTime.parse(text).toInstant());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "now",
        "2026-01-02",
        "2026-02-29T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:00Z",
        "2026-01-02T03:04:60Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05.1234567890Z",
        "2026-01-02T03:04:05,5Z",
        "2026-01-02T03:04:05.+5Z",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z"
      })
  void parse_noTime_throws(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text)).isInstanceOf(DateTimeException.class);
  }
}
