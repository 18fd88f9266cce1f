package dev.latchkey.client.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.6Z",
        "2026-01-02T03:04:05.06Z",
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678901234Z",
        "2026-01-02T03:04:05.000000001Z",
        "2024-02-29T23:59:59.999999999Z",
        "1969-12-31T23:59:59.5Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-01-02T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "2026-01-02T03:04:05+01:30",
        "2026-01-02T03:04:05.5-01:00",
        "2026-01-02t03:04:05z",
        "2026-01-02T03:04:05.5z",
        "+12026-01-02T03:04:05Z",
        "-0001-01-02T03:04:05Z",
      })
  void parse_time_isAsTheJdkReadsIt(String text) {
    assertThat(Timestamps.parse(text)).isEqualTo(Instant.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "yesterday",
        "2026-01-02",
        "2026-01-02T03:04Z",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.",
        "2026-01-02T03:04:05.5",
        "2026-01-02T03:04:0Z",
        "2026-01-02T03:04:05.6789012345Z",
        "2026-01-02T03:04:05,5Z",
        "2026-01-02 03:04:05Z",
        "2026-13-02T03:04:05Z",
        "2026-00-02T03:04:05Z",
        "2026-02-29T03:04:05Z",
        "2026-01-02T25:04:05Z",
        "2026-01-02T24:00:01Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02T+3:04:05Z",
        "2026-01-02T03:04:05.-5Z",
        "20\u0662\u0666-01-02T03:04:05Z",
        "2026-01-02T03:04:05ZZ",
        " 2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05X",
      })
  void parse_notATime_isRefusedAsByTheJdk(String text) {
    assertThatThrownBy(() -> Instant.parse(text)).isInstanceOf(DateTimeException.class);
    assertThatThrownBy(() -> Timestamps.parse(text)).isInstanceOf(DateTimeException.class);
  }
}
