package dev.latchkey.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SuggestionsTest {
  private static final List<String> KNOWN = List.of("DB_PASSWORD", "DB_USER", "TLS_KEY", "a");

  @ParameterizedTest
  @CsvSource({
    "DB_PASWORD, DB_PASSWORD",
    "db_password, DB_PASSWORD",
    "DBPASSWORD, DB_PASSWORD",
    "DB_PASSWORDS, DB_PASSWORD",
    "TLS_KYE, TLS_KEY",
    "b, a",
  })
  void nearest_nearName_isOffered(String wanted, String nearest) {
    assertThat(Suggestions.nearest(wanted, KNOWN)).hasValue(nearest);
  }

  @ParameterizedTest
  @CsvSource({"HOME", "DB", "xyz", "COMPLETELY_ELSE"})
  void nearest_farName_isNotOffered(String wanted) {
    assertThat(Suggestions.nearest(wanted, KNOWN)).isEmpty();
  }

  @Test
  void nearest_twoAtOneDistance_isTheFirst() {
    assertThat(Suggestions.nearest("abcx", List.of("abcd", "abce"))).hasValue("abcd");
    assertThat(Suggestions.nearest("abcd", List.of("abce", "abcd"))).hasValue("abcd");
  }

  @Test
  void nearest_exactlyAThirdAway_isOffered() {
    assertThat(Suggestions.nearest("abcdef", List.of("abcdxx"))).hasValue("abcdxx");
    assertThat(Suggestions.nearest("abcdef", List.of("abcxxx"))).isEmpty();
  }

  @Test
  void nearest_absurdlyLong_isNotTried() {
    assertThat(Suggestions.nearest("a".repeat(254), List.of("a".repeat(254)))).isEmpty();
    assertThat(Suggestions.nearest("a", List.of("a".repeat(1 << 20)))).isEmpty();
    assertThat(Suggestions.nearest("a", List.of())).isEmpty();
  }

  @Test
  void nearest_inTurkey_isTheSame() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    try {
      assertThat(Suggestions.nearest("IIII", List.of("iiii"))).hasValue("iiii");
    } finally {
      Locale.setDefault(before);
    }
  }
}
