package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In which forms a value is found, and what is left of a text that shows it. */
class LeakFormsTest {
  private static final String VALUE = "ca \"n\\a/ry\" ä€ 7f+3a?~";
  private static final String NAME = "MY_APP_SECRET";

  private static LeakDetector detector() {
    return new LeakDetector().forbid(NAME, VALUE);
  }

  /** A text, what is to be said of it, and what is hidden in it. */
  record Form(String said, UnaryOperator<String> encode) {
    @Override
    public String toString() {
      return said;
    }
  }

  private static String base64(Base64.Encoder encoder, String before, String text) {
    return encoder.encodeToString((before + text + "tail").getBytes(UTF_8));
  }

  private static String twice(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static String unsigned(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return IntStream.range(0, bytes.length)
        .mapToObj(i -> String.valueOf(bytes[i] & 0xff))
        .collect(Collectors.joining(", "));
  }

  private static String json(String text, boolean all) {
    StringBuilder json = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (all || c > '~') {
        json.append("\\u%04X".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.toString();
  }

  static Stream<Form> forms() {
    List<Base64.Encoder> encoders = List.of(Base64.getEncoder(), Base64.getUrlEncoder());
    Stream<Form> base64 =
        IntStream.range(0, 6)
            .mapToObj(
                i ->
                    new Form(
                        "in base64",
                        value -> base64(encoders.get(i / 3), "abc".substring(i % 3), value)));
    return Stream.concat(
        base64,
        Stream.of(
            new Form("as it is", value -> value),
            new Form("in hexadecimal", value -> HexFormat.of().formatHex(value.getBytes(UTF_8))),
            new Form(
                "in hexadecimal",
                value -> HexFormat.of().withUpperCase().formatHex(value.getBytes(UTF_8))),
            new Form("as a list of bytes", value -> Arrays.toString(value.getBytes(UTF_8))),
            new Form(
                "as a list of bytes",
                value -> Arrays.toString(value.getBytes(UTF_8)).replace(" ", "")),
            new Form("as a list of bytes", LeakFormsTest::unsigned),
            new Form("URL-escaped", value -> URLEncoder.encode(twice(value), UTF_8)),
            new Form(
                "URL-escaped",
                value -> URLEncoder.encode(base64(Base64.getEncoder(), "", value), UTF_8)),
            new Form("URL-escaped", value -> URLEncoder.encode(value, UTF_8)),
            new Form("URL-escaped", value -> URLEncoder.encode(value, UTF_8).replace("+", "%20")),
            new Form(
                "URL-escaped",
                value -> URLEncoder.encode(value, UTF_8).replace("+", "%20").replace("%2B", "+")),
            new Form("JSON-escaped", value -> json(value, false)),
            new Form("JSON-escaped", value -> json(value, true)),
            new Form("JSON-escaped", value -> json(value, false).replace("/", "\\/")),
            new Form("JSON-escaped", value -> json(json(value, false), false))));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void everyForm_isFoundAndNamed(Form form) {
    String hidden = "before " + form.encode.apply(VALUE) + " after";

    assertThatThrownBy(() -> detector().check("the answer", hidden))
        .isInstanceOf(SecretLeakError.class)
        .hasMessage("Leaked: MY_APP_SECRET " + form.said + " in the answer")
        .hasNoCause();
  }

  @ParameterizedTest
  @MethodSource("forms")
  void control_anotherValueInTheForm_isNone(Form form) {
    String other = VALUE.replace('r', 'x');
    String hidden = "before " + form.encode.apply(other) + " after";

    assertThatCode(() -> detector().check("the answer", hidden)).doesNotThrowAnyException();
  }

  @Test
  void linesOfAValue_areFound_butNotWhatAllKeysHave() {
    String pem =
        "-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADAN\r\n  secondline\nxyz\n-----END PRIVATE KEY-----\n";
    LeakDetector detector = new LeakDetector().forbid("TLS_KEY", pem);

    assertThatThrownBy(() -> detector.check("it", "see MIIEvQIBADAN"))
        .hasMessage("Leaked: TLS_KEY line 2 of it in it");
    assertThatThrownBy(() -> detector.check("it", "see secondline"))
        .hasMessage("Leaked: TLS_KEY line 3 of it in it");
    detector.check("it", "-----BEGIN PRIVATE KEY----- xyz -----END PRIVATE KEY-----");
  }

  private static String redacted(LeakDetector detector, String text) {
    try {
      detector.check(new IllegalStateException(text));
    } catch (SecretLeakError e) {
      return String.valueOf(e.getCause())
          .replaceFirst(".*SecretLeakError: (java.lang.IllegalStateException: )?", "");
    }
    throw new AssertionError("Nothing was found.");
  }

  @Test
  void redacted_isAllThatShowsAValue_alsoWhereTwoBeginAlikeOrOverlap() {
    LeakDetector detector =
        new LeakDetector()
            .forbid("USER", "admin")
            .forbid("PASSWORD", "admin-Xk29sLong")
            .forbid("A", "abcd1234")
            .forbid("B", "12345678");

    assertThat(redacted(detector, "as admin with admin-Xk29sLong."))
        .isEqualTo("as [USER] with [USER].");
    assertThat(redacted(detector, "x abcd12345678 y")).isEqualTo("x [A] y");
  }

  @Test
  void redacted_isNothingOfATextThatMayShowMore() {
    LeakDetector detector =
        new LeakDetector()
            .forbid("LONG", "0123456789abcdef".repeat(64) + "and-the-end")
            .forbid("LINES", "first-line\nab7\nlast-line");

    assertThat(redacted(detector, "bad " + "0123456789abcdef".repeat(64) + "and-the-end"))
        .isEqualTo("(withheld: it has parts of LONG)");
    assertThat(redacted(detector, "first-line ab7 last-line"))
        .isEqualTo("(withheld: it has parts of LINES)");
    assertThat(redacted(detector, "got first-line\nab7\nlast-line!")).isEqualTo("got [LINES]!");
  }

  @Test
  void valueOfAFile_isFoundWithoutTheLineEnd() {
    LeakDetector detector = new LeakDetector().forbid("TOKEN", " s3cr3t-token-77\n");

    assertThatThrownBy(() -> detector.check("it", "Bearer s3cr3t-token-77;"))
        .hasMessage("Leaked: TOKEN as it is in it");
    String encoded = Base64.getEncoder().encodeToString("s3cr3t-token-77".getBytes(UTF_8));
    assertThatThrownBy(() -> detector.check("it", encoded))
        .hasMessage("Leaked: TOKEN in base64 in it");
  }

  @Test
  void blanksAsPlusSigns_areFound() {
    LeakDetector detector = new LeakDetector().forbid("WORDS", "correct horse battery");

    assertThatThrownBy(() -> detector.check("it", "p=correct+horse+battery"))
        .hasMessage("Leaked: WORDS URL-escaped in it");
  }

  @Test
  void pairOfSurrogatesAtTheCut_isNotTornApart() {
    String value = "kx".repeat(511) + "k\uD83D\uDE00" + "x".repeat(9);
    LeakDetector detector = new LeakDetector().forbid("LONG", value);

    assertThatThrownBy(() -> detector.check("it", value)).hasMessage("Leaked: LONG as it is in it");
  }

  @Test
  void numbers_areNotFoundWithinOthers() {
    LeakDetector detector = new LeakDetector().forbid("KEY", new byte[] {1, 2, 3, -4});

    detector.check("it", "[21, 2, 3, -4]");
    detector.check("it", "[1, 2, 3, -42]");
    assertThatThrownBy(() -> detector.check("it", "[21, 2, 3, -4, 1,2,3,252]"))
        .hasMessage("Leaked: KEY as a list of bytes in it");
  }

  @Test
  void headersOfAKey_areNoSecret() {
    LeakDetector detector =
        new LeakDetector()
            .forbid(
                "KEY", "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nMIIEvQIB\n-----END X-----");

    detector.check("it", "Proc-Type: 4,ENCRYPTED");
    assertThatThrownBy(() -> detector.check("it", "MIIEvQIB")).hasMessageContaining("line 4");
  }

  @Test
  void bytes_areFound() {
    byte[] value = {(byte) 0xff, 0, (byte) 0x80, 27, 99};
    LeakDetector detector = new LeakDetector().forbid("KEY", value);

    assertThatThrownBy(() -> detector.check("it", value)).hasMessage("Leaked: KEY as it is in it");
    assertThatThrownBy(() -> detector.check("it", new String(value, ISO_8859_1)))
        .hasMessage("Leaked: KEY as text in it");
    assertThatThrownBy(() -> detector.check("it", Base64.getEncoder().encodeToString(value)))
        .hasMessage("Leaked: KEY in base64 in it");
    detector.check("it", "\u0080");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "äö€", "\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00"})
  void shortValue_isRefused(String value) {
    assertThatThrownBy(() -> new LeakDetector().forbid("PIN", value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "The value of PIN has \\d characters, too little to tell a leak from chance."
                + " Give the test one of 4 or more that differ.");
    new LeakDetector().forbid("PIN", value + "wxyz");
  }

  @Test
  void repeatedByte_isRefused() {
    assertThatThrownBy(() -> new LeakDetector().forbid("KEY", new byte[16]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is one of its characters repeated");
  }

  @Test
  void shortBytes_areRefused() {
    assertThatThrownBy(() -> new LeakDetector().forbid("PIN", new byte[] {-1, -2, -3}))
        .hasMessageContaining("3 bytes");
  }
}
