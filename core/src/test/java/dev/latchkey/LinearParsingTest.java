package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Texts of a megabyte in the shapes that make parsers slow. Each takes milliseconds in linear time
 * and far over the bound in quadratic time.
 */
@Timeout(value = 5, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LinearParsingTest {
  private static final int SIZE = 1 << 20;

  private static String filled(String piece) {
    return piece.repeat(SIZE / piece.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?",
        "&",
        "#",
        "%",
        "$",
        ".",
        "_",
        "-",
        "~",
        "a",
        "a.",
        "1",
        "=",
        "{",
        "}",
        "/",
        "&optional",
        "${secret://",
        "$${secret://",
        "secret://",
        "%41",
        "~0",
        "/a",
        "é",
        "\uD83D",
        "a_",
        "-.",
        "\uFDFA"
      })
  void parse_hugeText_endsSoon(String piece) {
    String huge = filled(piece);
    for (String start :
        List.of("", "a", "a?", "a?version=", "a?version=1&", "a#/", "a?optional#/x")) {
      for (String end : List.of("", "~", "%", "}")) {
        tryAll(start + huge + end);
      }
    }
  }

  private static void tryAll(String text) {
    attempt(() -> SecretName.parse(text));
    attempt(() -> SecretRef.parseShort(text));
    attempt(() -> SecretRef.parse("secret://" + text));
    attempt(() -> SecretBinding.parse("FOO=" + text));
    attempt(() -> read("secret://" + text));
    attempt(() -> read("x${secret://" + text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${secret://a}",
        "${secret://a#/b}",
        "${secret://a#/%C3%A9}",
        "$${secret://",
        "${secret://a}$",
        "${secret://a?optional&version=1#/b}"
      })
  void template_ofVeryManyReferences_endsSoon(String piece) {
    SecretEnvironment environment = environment("x" + filled(piece));

    assertThat(environment.report().malformed()).isEmpty();
    assertThat(environment.toString()).isEqualTo("SecretEnvironment[X]");
    assertThat(environment.asMap().toString()).hasSizeLessThan(100);
  }

  private static void read(String raw) {
    environment(raw).get("X");
  }

  private static SecretEnvironment environment(String raw) {
    return SecretEnvironment.builder()
        .environment(Map.of("X", raw))
        .role(ProcessRole.FLOW)
        .resolver(new FakeResolver())
        .build();
  }

  private static void attempt(Runnable parse) {
    try {
      parse.run();
    } catch (MalformedSecretException e) {
      assertThat(e.getMessage()).hasSizeLessThan(1000);
    } catch (SecretNotFoundException e) {
      assertThat(e.getMessage()).startsWith("X: ");
    }
  }
}
