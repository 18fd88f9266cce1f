package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretRefTest {
  private static final String SCHEME = "A reference starts with secret://";
  private static final String PARAMETERS =
      "A reference has the parameters version=N and optional, and no other";
  private static final String VERSION = "A version is a number from 1, without leading zeros";
  private static final String MOST = "A version is at most 9223372036854775807";
  private static final String SLASH = "A field is a JSON pointer and starts with a slash";
  private static final String TILDE = "In a JSON pointer a tilde is written ~0, and ~1 is a slash";
  private static final String HEX =
      "In a field a percent sign stands before two hexadecimal digits";
  private static final String ENCODED = "In a field this character is percent-encoded, as in a URI";
  private static final String UTF_8 = "In a field, percent-encoded bytes are UTF-8 text";

  static Stream<Arguments> goodRefs() {
    SecretRef a = SecretRef.of(SecretName.parse("a"));
    return Stream.of(
        Arguments.of("my-secret", SecretRef.of(SecretName.parse("my-secret")), "my-secret"),
        Arguments.of("My-Secret", SecretRef.of(SecretName.parse("my-secret")), "My-Secret"),
        Arguments.of("a?version=3", a.withVersion(3), "a?version=3"),
        Arguments.of(
            "db?version=3#/password",
            SecretRef.of(SecretName.parse("db")).withVersion(3).withField("/password"),
            "db?version=3#/password"),
        Arguments.of("a?optional", a.asOptional(), "a?optional"),
        Arguments.of("a?optional&version=2", a.asOptional().withVersion(2), "a?version=2&optional"),
        Arguments.of(
            "a?version=9223372036854775807",
            a.withVersion(Long.MAX_VALUE),
            "a?version=9223372036854775807"),
        Arguments.of("a#/", a.withField("/"), "a#/"),
        Arguments.of("a#//", a.withField("//"), "a#//"),
        Arguments.of("a#/~0~1", a.withField("/~0~1"), "a#/~0~1"),
        Arguments.of("a#/%7E0", a.withField("/~0"), "a#/~0"),
        Arguments.of("a#%2Fx", a.withField("/x"), "a#/x"),
        Arguments.of("a#/%C3%A9", a.withField("/é"), "a#/%C3%A9"),
        Arguments.of("a#/%c3%a9", a.withField("/é"), "a#/%C3%A9"),
        Arguments.of("a#/%00", a.withField("/\0"), "a#/%00"),
        Arguments.of("a#/%20%25%7D%23", a.withField("/ %}#"), "a#/%20%25%7D%23"),
        Arguments.of("a#/x%3Fy=1&z", a.withField("/x?y=1&z"), "a#/x%3Fy=1&z"),
        Arguments.of("a#/$&'()*+,;=:@", a.withField("/$&'()*+,;=:@"), "a#/$&'()*+,;=:@"));
  }

  @ParameterizedTest
  @MethodSource("goodRefs")
  void parse_wellFormed_givesTheParts(String text, SecretRef ref, String printed) {
    assertThat(SecretRef.parse("secret://" + text))
        .isEqualTo(ref)
        .hasSameHashCodeAs(ref)
        .hasToString("secret://" + printed);
    assertThat(SecretRef.parseShort(text)).isEqualTo(ref);
    assertThat(SecretRef.parseShort(text).toShortString()).isEqualTo(printed);
  }

  static Stream<Arguments> badRefs() {
    return Stream.of(
        bad("", SCHEME + " (at character 1).", 0),
        bad("my-secret", SCHEME + " (at character 1).", 0),
        bad("SECRET://a", SCHEME + " (at character 1).", 0),
        bad("Secret://a", SCHEME + " (at character 1).", 0),
        bad("secret:/x", SCHEME + " (at character 1).", 0),
        bad("secret:", SCHEME + " (at character 1).", 0),
        bad(" secret://a", SCHEME + " (at character 1).", 0),
        bad("secret://", "A secret name is missing (at the end).", 9),
        bad("secret://?version=1", "A secret name is missing (at character 10).", 9),
        bad("secret://#/x", "A secret name is missing (at character 10).", 9),
        bad("secret:///x", "A reference has a name and no path (at character 10).", 9),
        bad("secret://a/", "A reference has a name and no path (at character 11).", 10),
        bad("secret://host/a", "A reference has a name and no path (at character 14).", 13),
        bad("secret://a/b?version=1", "A reference has a name and no path (at character 11).", 10),
        bad("secret://host:80", "A reference has a name and no port (at character 14).", 13),
        bad("secret://user@a", "A reference has a name and no user (at character 14).", 13),
        bad("secret://u:p@a", "A reference has a name and no port (at character 11).", 10),
        bad(
            "secret://my_secret?version=1",
            "A secret name holds only letters, digits, dashes and periods (at character 12). Nearest"
                + " legal name: my-secret.",
            11),
        bad("secret://a?version=0", VERSION + " (at character 20).", 19),
        bad("secret://a?version=01", VERSION + " (at character 20).", 19),
        bad("secret://a?version=-1", VERSION + " (at character 20).", 19),
        bad("secret://a?version=+1", VERSION + " (at character 20).", 19),
        bad("secret://a?version= 1", VERSION + " (at character 20).", 19),
        bad("secret://a?version=1 ", VERSION + " (at character 21).", 20),
        bad("secret://a?version=1e3", VERSION + " (at character 21).", 20),
        bad("secret://a?version=１", VERSION + " (at character 20).", 19),
        bad("secret://a?version=1٣", VERSION + " (at character 21).", 20),
        bad("secret://a?version=latest", VERSION + " (at character 20).", 19),
        bad("secret://a?version=9223372036854775808", MOST + " (at character 38).", 37),
        bad("secret://a?version=18446744073709551617", MOST + " (at character 39).", 38),
        bad("secret://a?version=92233720368547758070", MOST + " (at character 39).", 38),
        bad("secret://a?version=", VERSION + " (at the end).", 19),
        bad("secret://a?version=&optional", VERSION + " (at character 20).", 19),
        bad(
            "secret://a#/x?version=3",
            "Parameters stand before the #; in a field a question mark is written %3F (at character"
                + " 14).",
            13),
        bad("secret://a?version=#/x", VERSION + " (at character 20).", 19),
        bad("secret://a?", PARAMETERS + " (at the end).", 11),
        bad("secret://a?#/x", PARAMETERS + " (at character 12).", 11),
        bad("secret://a?&", PARAMETERS + " (at character 12).", 11),
        bad("secret://a?optional&", PARAMETERS + " (at the end).", 20),
        bad("secret://a?version=1&&optional", PARAMETERS + " (at character 22).", 21),
        bad("secret://a?version", PARAMETERS + " (at character 12).", 11),
        bad("secret://a?Version=1", PARAMETERS + " (at character 12).", 11),
        bad("secret://a?optional=true", PARAMETERS + " (at character 12).", 11),
        bad("secret://a?optionalx", PARAMETERS + " (at character 12).", 11),
        bad("secret://a?version%3D1", PARAMETERS + " (at character 12).", 11),
        bad("secret://a??version=1", PARAMETERS + " (at character 12).", 11),
        bad(
            "secret://a?version=1&version=1",
            "The parameter version stands twice (at character 22).",
            21),
        bad(
            "secret://a?optional&optional",
            "The parameter optional stands twice (at character 21).",
            20),
        bad("secret://a#", SLASH + " (at the end).", 11),
        bad("secret://a#x", SLASH + " (at character 12).", 11),
        bad("secret://a#%41", SLASH + " (at character 12).", 11),
        bad("secret://a#/a~", TILDE + " (at character 14).", 13),
        bad("secret://a#/a~2", TILDE + " (at character 14).", 13),
        bad("secret://a#/~~0", TILDE + " (at character 13).", 12),
        bad("secret://a#/a%7E", TILDE + " (at character 14).", 13),
        bad("secret://a#/~0%7E", TILDE + " (at character 15).", 14),
        bad("secret://a#/%7E2", TILDE + " (at character 13).", 12),
        bad("secret://a#/%", HEX + " (at character 13).", 12),
        bad("secret://a#/%4", HEX + " (at character 13).", 12),
        bad("secret://a#/%zz", HEX + " (at character 13).", 12),
        bad("secret://a#/%４1", HEX + " (at character 13).", 12),
        bad("secret://a#/%ff", UTF_8 + " (at character 12).", 11),
        bad("secret://a#/%C3", UTF_8 + " (at character 12).", 11),
        bad("secret://a#/%ED%A0%80", UTF_8 + " (at character 12).", 11),
        bad("secret://a#/a b", ENCODED + " (at character 14).", 13),
        bad("secret://a#/a}b", ENCODED + " (at character 14).", 13),
        bad("secret://a#/é", ENCODED + " (at character 13).", 12),
        bad("secret://a#/a#/b", ENCODED + " (at character 14).", 13),
        bad("secret://a#/\0", ENCODED + " (at character 13).", 12));
  }

  private static Arguments bad(String text, String message, int position) {
    return Arguments.of(text, message, position);
  }

  @ParameterizedTest
  @MethodSource("badRefs")
  void parse_malformed_saysRuleAndPlace(String text, String message, int position) {
    var e = catchThrowableOfType(MalformedSecretException.class, () -> SecretRef.parse(text));

    assertThat(e).hasMessage(message).hasNoCause();
    assertThat(e.position()).hasValue(position);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void withVersion_belowOne_isRefused(long version) {
    SecretRef ref = SecretRef.parse("secret://a");

    assertThatThrownBy(() -> ref.withVersion(version))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A version is 1 or more, not " + version + ".");
  }

  static Stream<Arguments> badFields() {
    return Stream.of(
        Arguments.of("", SLASH + " (at the end)."),
        Arguments.of("x", SLASH + " (at character 1)."),
        Arguments.of("/~", TILDE + " (at character 2)."),
        Arguments.of("/~0~2", TILDE + " (at character 4)."),
        Arguments.of("/\uD83D", "A field is text without lone surrogates."));
  }

  @ParameterizedTest
  @MethodSource("badFields")
  void withField_noPointer_isRefused(String pointer, String message) {
    SecretRef ref = SecretRef.parse("secret://a");

    assertThatThrownBy(() -> ref.withField(pointer))
        .isInstanceOf(MalformedSecretException.class)
        .hasMessage(message);
  }

  @Test
  void parts_areWhatWasSet() {
    SecretRef ref = SecretRef.parse("secret://Db?version=3&optional#/a");

    assertThat(ref.name()).hasToString("Db");
    assertThat(ref.version()).isEqualTo(OptionalLong.of(3));
    assertThat(ref.field()).hasValue("/a");
    assertThat(ref.optional()).isTrue();
    assertThat(ref.asOptional()).isSameAs(ref);
    assertThat(ref.asRequired()).hasToString("secret://Db?version=3#/a");
    assertThat(ref.asRequired().asRequired()).isEqualTo(ref.asRequired());
  }

  @Test
  void equals_anyPartDiffers_isFalse() {
    SecretRef ref = SecretRef.parse("secret://a?version=1#/x");

    assertThat(ref)
        .isNotEqualTo(SecretRef.parse("secret://b?version=1#/x"))
        .isNotEqualTo(SecretRef.parse("secret://a?version=2#/x"))
        .isNotEqualTo(SecretRef.parse("secret://a#/x"))
        .isNotEqualTo(SecretRef.parse("secret://a?version=1#/X"))
        .isNotEqualTo(SecretRef.parse("secret://a?version=1"))
        .isNotEqualTo(ref.asOptional())
        .isNotEqualTo("secret://a?version=1#/x");
  }
}
