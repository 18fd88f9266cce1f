package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretNameTest {
  private static final String START = "A secret name starts with a letter";
  private static final String HOLDS =
      "A secret name holds only letters, digits, dashes and periods";
  private static final String JOINED = "The parts of a secret name are joined by single periods";
  private static final String LABEL_63 = "a".repeat(63);
  private static final String NAME_253 =
      String.join(".", LABEL_63, LABEL_63, LABEL_63, "b".repeat(61));

  static Stream<String> goodNames() {
    return Stream.of(
        "a",
        "Z",
        "my-secret",
        "a.1b",
        "a1",
        "a--b",
        "a.b.c",
        "x-1.2-y",
        LABEL_63,
        NAME_253,
        "a.a.a.a.a.a.a.a.a.a.a",
        "xn--bcher-kva");
  }

  @ParameterizedTest
  @MethodSource("goodNames")
  void parse_legalName_keepsItAsWritten(String text) {
    SecretName name = SecretName.parse(text);

    assertThat(name).hasToString(text);
    assertThat(name.canonical()).isEqualTo(text.toLowerCase(Locale.ROOT));
  }

  static Stream<Arguments> badNames() {
    return Stream.of(
        bad("", "A secret name is missing (at the end).", 0),
        bad("1a", START + " (at character 1). Nearest legal name: a.", 0),
        bad("-a", START + " (at character 1). Nearest legal name: a.", 0),
        bad(".a", START + " (at character 1). Nearest legal name: a.", 0),
        bad(".", START + " (at character 1).", 0),
        bad("a.", JOINED + " (at character 2). Nearest legal name: a.", 1),
        bad("a..b", JOINED + " (at character 3). Nearest legal name: a.b.", 2),
        bad(
            "a-",
            "A part of a secret name ends with no dash (at character 2). Nearest legal name: a.",
            1),
        bad(
            "a-.b",
            "A part of a secret name ends with no dash (at character 2). Nearest legal name: a.b.",
            1),
        bad(
            "a.-b",
            "A part of a secret name starts with no dash (at character 3). Nearest legal name: a.b.",
            2),
        bad("my_secret", HOLDS + " (at character 3). Nearest legal name: my-secret.", 2),
        bad(
            "github_api_token",
            HOLDS + " (at character 7). Nearest legal name: github-api-token.",
            6),
        bad("my secret", HOLDS + " (at character 3). Nearest legal name: my-secret.", 2),
        bad("a b_c..d-", HOLDS + " (at character 2). Nearest legal name: a-b-c.d.", 1),
        bad("é", START + " (at character 1). Nearest legal name: e.", 0),
        bad("café", HOLDS + " (at character 4). Nearest legal name: cafe.", 3),
        bad("a\0b", HOLDS + " (at character 2). Nearest legal name: a-b.", 1),
        bad("a\u200Fb", HOLDS + " (at character 2). Nearest legal name: a-b.", 1),
        bad("\u202Ea", START + " (at character 1). Nearest legal name: a.", 0),
        bad("ａｂ", START + " (at character 1). Nearest legal name: ab.", 0),
        bad("a\uD83D\uDD11", HOLDS + " (at character 2). Nearest legal name: a.", 1),
        bad("\uD83D\uDD11", START + " (at character 1).", 0),
        bad("a\uD83D", HOLDS + " (at character 2). Nearest legal name: a.", 1),
        bad("дом", START + " (at character 1).", 0),
        bad("a\n", HOLDS + " (at character 2). Nearest legal name: a.", 1),
        bad(
            LABEL_63 + "a",
            "A part of a secret name has at most 63 characters (at character 64). Nearest legal name: "
                + LABEL_63
                + ".",
            63),
        bad(
            "x." + LABEL_63 + "a",
            "A part of a secret name has at most 63 characters (at character 66). Nearest legal name: x."
                + LABEL_63
                + ".",
            65),
        bad(
            NAME_253 + "b",
            "A secret name has at most 253 characters (at character 254). Nearest legal name: "
                + NAME_253.substring(0, 191)
                + ".",
            253));
  }

  private static Arguments bad(String text, String message, int position) {
    return Arguments.of(text, message, position);
  }

  @ParameterizedTest
  @MethodSource("badNames")
  void parse_illegalName_saysRulePlaceAndNearest(String text, String message, int position) {
    var e = catchThrowableOfType(MalformedSecretException.class, () -> SecretName.parse(text));

    assertThat(e).hasMessage(message);
    assertThat(e.position()).hasValue(position);
    assertThat(message).matches("[\\x20-\\x7E]*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "lt-LT", "az-AZ", "en-US"})
  void canonical_inAnyLocale_isTheSame(String tag) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(tag));
    try {
      SecretName upper = SecretName.parse("GITHUB-ID.I");
      SecretName lower = SecretName.parse("github-id.i");

      assertThat(upper.canonical()).isEqualTo("github-id.i");
      assertThat(upper).isEqualTo(lower).hasSameHashCodeAs(lower).isEqualByComparingTo(lower);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void equals_otherName_isFalse() {
    assertThat(SecretName.parse("a")).isNotEqualTo(SecretName.parse("b")).isNotEqualTo("a");
    assertThat(SecretName.parse("a")).isLessThan(SecretName.parse("B"));
  }
}
