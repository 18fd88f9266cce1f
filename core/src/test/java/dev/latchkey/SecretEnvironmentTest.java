package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretEnvironmentTest {
  private static final String NO_ROLE =
      "This is neither a Flow nor a Work process, and only those open secrets.";
  private static final String NO_ROLE_REMEDY =
      "Start it with `latchkey run`, or set LATCHKEY_ROLE to flow or work; to run without secrets,"
          + " put a plain value in the variable, or in a test use latchkey-testing.";

  private final FakeResolver resolver =
      new FakeResolver().with("a", "alpha").with("db#/password", "p w").with("a?version=1", "old");

  private SecretEnvironment environment(String... namesAndValues) {
    return SecretEnvironment.builder()
        .environment(map(namesAndValues))
        .role(ProcessRole.WORK)
        .resolver(resolver)
        .build();
  }

  private static Map<String, String> map(String... namesAndValues) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain",
        "a secret://a",
        "SECRET://a",
        "secret:/a",
        "${secret:a}",
        "${a}",
        "$",
        "\uD83D"
      })
  void get_literal_isReturnedAsItIs(String text) {
    SecretEnvironment environment = environment("X", text);

    assertThat(environment.get("X")).isEqualTo(text);
    assertThat(environment.find("X")).hasValue(text);
    assertThat(environment.asMap()).containsEntry("X", text);
    assertThat(resolver.resolved).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "secret:///x, x",
    "secret:///, ''",
    "secret:///secret://a, secret://a",
    "secret:///${secret://a}, ${secret://a}",
    "secret:////x, /x",
    "$${secret://a}, ${secret://a}",
    "$$${secret://a}, $${secret://a}",
    "x$${secret://, x${secret://",
  })
  void get_escaped_isTheLiteral(String raw, String text) {
    SecretEnvironment environment = environment("X", raw);

    assertThat(environment.get("X")).isEqualTo(text);
    try (SecretValue value = environment.value("X")) {
      assertThat(value.reveal()).isEqualTo(text);
    }
    assertThat(resolver.resolved).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "secret://a, alpha",
    "secret://A, alpha",
    "secret://a?version=1, old",
    "secret://a?optional, alpha",
    "secret://db#/password, p w",
    "jdbc:postgresql://app:${secret://db#/password}@db/app, jdbc:postgresql://app:p w@db/app",
    "${secret://a}, alpha",
    "${secret://a}${secret://a?version=1}, alphaold",
    "${secret://a}$${secret://a}, alpha${secret://a}",
    "<${secret://none?optional}>, <>",
    "${secret://none?optional}, ''",
  })
  void get_reference_isResolved(String raw, String text) {
    SecretEnvironment environment = environment("X", raw);

    assertThat(environment.get("X")).isEqualTo(text);
    assertThat(environment.find("X")).hasValue(text);
    assertThat(environment.supplier("X").get()).isEqualTo(text);
    assertThat(environment.asMap()).containsEntry("X", text);
    try (SecretValue value = environment.value("X")) {
      assertThat(value.reveal()).isEqualTo(text);
    }
  }

  @Test
  void get_valueThatLooksLikeAReference_isNotLookedAtAgain() {
    resolver.with("x", "secret://a").with("y", "${secret://a}").with("z", "secret:///z");
    SecretEnvironment environment =
        environment("X", "secret://x", "Y", "secret://y", "Z", "secret://z", "T", "-${secret://y}");

    assertThat(environment.asMap())
        .containsOnly(
            Map.entry("X", "secret://a"),
            Map.entry("Y", "${secret://a}"),
            Map.entry("Z", "secret:///z"),
            Map.entry("T", "-${secret://a}"));
    assertThat(resolver.resolved).doesNotContain(SecretRef.parse("secret://a"));
  }

  @Test
  void get_noSuchVariable_offersTheNearestOrSaysHowToBind() {
    SecretEnvironment environment = environment("DB_PASSWORD", "x");

    assertThatThrownBy(() -> environment.get("DB_PASWORD"))
        .isInstanceOf(SecretNotFoundException.class)
        .hasMessage(
            "No environment variable named 'DB_PASWORD' in this process. Nearest name:"
                + " DB_PASSWORD.");
    String message =
        "No environment variable named 'TLS_KEY' in this process. Bind it with --secret"
            + " TLS_KEY=NAME, or set it; in a test, by FakeSecrets.";
    assertThatThrownBy(() -> environment.get("TLS_KEY")).hasMessage(message);
    assertThatThrownBy(() -> environment.value("TLS_KEY")).hasMessage(message);
    assertThatThrownBy(() -> environment.supplier("TLS_KEY")).hasMessage(message);
    assertThatThrownBy(() -> environment.onRotation("TLS_KEY", v -> {})).hasMessage(message);
    assertThat(environment.find("TLS_KEY")).isEmpty();
  }

  @Test
  void get_noSuchSecret_namesVariableAndReference() {
    SecretEnvironment environment = environment("X", "secret://none", "T", "a${secret://none}");
    String message = "No secret named 'none'. Bound by secret://none. Create it.";

    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(SecretNotFoundException.class)
        .hasMessage("X: " + message);
    assertThatThrownBy(() -> environment.find("X")).hasMessage("X: " + message);
    assertThatThrownBy(() -> environment.value("X")).hasMessage("X: " + message);
    assertThatThrownBy(() -> environment.get("T")).hasMessage("T: " + message);
    assertThatThrownBy(() -> environment.value("T")).hasMessage("T: " + message);
  }

  @Test
  void optional_missing_isAbsentButForGet() {
    SecretEnvironment environment = environment("X", "secret://none?optional");
    String message =
        "X: bound by secret://none?optional, and there is no such secret. Create it, or read the"
            + " variable with find().";

    assertThat(environment.find("X")).isEmpty();
    assertThat(environment.asMap()).isEmpty();
    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(SecretNotFoundException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> environment.value("X")).hasMessage(message);
    assertThatThrownBy(() -> environment.supplier("X").get()).hasMessage(message);

    resolver.with("none", "now");
    assertThat(environment.get("X")).isEqualTo("now");
    assertThat(environment.find("X")).hasValue("now");
  }

  @Test
  void optional_failingOtherwise_isAFailure() {
    resolver.failing("b", new SecretUnavailableException("The source is down.", "Wait."));
    SecretEnvironment environment = environment("X", "secret://b?optional");

    assertThatThrownBy(() -> environment.find("X"))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage("X: The source is down. Bound by secret://b?optional. Wait.");
    assertThatThrownBy(environment::prefetch).isInstanceOf(SecretUnavailableException.class);
  }

  @Test
  void get_malformed_saysSoWhenUsed() {
    SecretEnvironment environment =
        environment("X", "secret://a_b", "T", "x${secret://a", "OK", "y");

    assertThat(environment.get("OK")).isEqualTo("y");
    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(MalformedSecretException.class)
        .hasMessage(
            "X: A secret name holds only letters, digits, dashes and periods (at character 11).");
    assertThatThrownBy(() -> environment.value("T"))
        .hasMessage(
            "T: A reference in a text ends with a closing brace, and this one does not (at character"
                + " 2).");
    assertThatThrownBy(() -> environment.onRotation("T", v -> {}))
        .isInstanceOf(MalformedSecretException.class);
  }

  @Test
  void get_notText_namesVariableAndReference() {
    resolver.with("bin", new byte[] {(byte) 0xC3}).with("bin2", new byte[] {(byte) 0xA9});
    SecretEnvironment environment =
        environment("X", "secret://bin", "T", "${secret://bin}${secret://bin2}");
    String rest =
        ": The value is not UTF-8 text. Bound by secret://bin. Read its bytes with"
            + " SecretValue.bytes(), in a process that is started by reference.";

    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(SecretValueException.class)
        .hasMessage("X" + rest);
    assertThatThrownBy(() -> environment.get("T")).hasMessage("T" + rest);
    try (SecretValue value = environment.value("X")) {
      assertThat(value.bytes()).containsExactly(0xC3);
    }
  }

  @Test
  void value_tooLarge_namesVariable() {
    String big = "x".repeat(SecretValue.MAX_BYTES);
    resolver.with("big", big);
    SecretEnvironment environment =
        environment("L", big + "x", "T", "+${secret://big}", "S", "\uD83D", "OK", "secret://big");
    String rest =
        ": A value of 1048577 bytes is over the limit of 1048576. Store a smaller one, or the key"
            + " of a file that is encrypted with it.";

    assertThatThrownBy(() -> environment.value("L")).hasMessage("L" + rest);
    assertThatThrownBy(() -> environment.value("T")).hasMessage("T" + rest);
    assertThatThrownBy(() -> environment.value("S"))
        .hasMessage("S: The text has half of a surrogate pair. Pass whole characters, or bytes.");
    assertThat(environment.get("OK")).isEqualTo(big);
    assertThat(resolver.handedOut).allSatisfy(SecretValueTest::assertClosed);
  }

  @Test
  void value_ofTemplate_closesItsParts() {
    resolver.failing("bad", new SecretUnavailableException("Down.", ""));
    SecretEnvironment environment =
        environment("T", "${secret://a}-${secret://a}", "F", "${secret://a}${secret://bad}");

    environment.value("T").close();
    assertThatThrownBy(() -> environment.value("F")).hasMessage("F: Down. Bound by secret://bad.");

    assertThat(resolver.handedOut).hasSize(3).allSatisfy(SecretValueTest::assertClosed);
  }

  @Test
  void get_manyTimes_asksForOneView() {
    SecretEnvironment environment = environment("X", "secret://a", "T", "<${secret://a}>");

    for (int i = 0; i < 3; i++) {
      assertThat(environment.get("X")).isEqualTo("alpha");
      assertThat(environment.get("T")).isEqualTo("<alpha>");
    }

    assertThat(resolver.viewed).hasSize(2);
    resolver.with("a", "beta");
    assertThat(environment.get("X")).isEqualTo("beta");
    assertThat(environment.get("T")).isEqualTo("<beta>");
  }

  @Test
  void noRole_referencesAreRefusedAndLiteralsRead() {
    SecretEnvironment environment =
        SecretEnvironment.builder()
            .environment(map("X", "secret://a", "T", "-${secret://a}", "P", "plain"))
            .resolver(resolver)
            .build();

    assertThat(environment.get("P")).isEqualTo("plain");
    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(SecretAccessDeniedException.class)
        .hasMessage("X: " + NO_ROLE + " Bound by secret://a. " + NO_ROLE_REMEDY);
    assertThatThrownBy(environment::prefetch)
        .isInstanceOf(SecretAccessDeniedException.class)
        .hasMessage("X, T: " + NO_ROLE + " " + NO_ROLE_REMEDY);
    assertThatThrownBy(() -> environment.onRotation("X", v -> {}))
        .hasMessage("X: " + NO_ROLE + " " + NO_ROLE_REMEDY);
    assertThat(environment.report().bindings()).hasSize(2);
    assertThat(resolver.resolved).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"flow", "WORK", "Flow"})
  void role_fromTheEnvironment_opens(String role) {
    SecretEnvironment environment =
        SecretEnvironment.builder()
            .environment(map("X", "secret://a", "LATCHKEY_ROLE", role))
            .resolver(resolver)
            .build();

    assertThat(environment.get("X")).isEqualTo("alpha");
  }

  @Test
  void environment_changedAfterwards_isTheCopy() {
    Map<String, String> variables = map("X", "1");
    SecretEnvironment environment =
        SecretEnvironment.builder().environment(variables).role(ProcessRole.FLOW).build();
    variables.put("X", "2");

    assertThat(environment.get("X")).isEqualTo("1");
    assertThat(SecretEnvironment.builder().build().asMap().keySet())
        .isEqualTo(System.getenv().keySet());
  }

  @Test
  void prefetch_failures_nameEveryVariable() {
    resolver.failing("down", new SecretUnavailableException("The source is down.", "Wait."));
    SecretEnvironment environment =
        environment(
            "A", "secret://a",
            "B", "secret://none",
            "C", "x${secret://none}${secret://down}${secret://none}",
            "D", "secret://none?optional",
            "E", "secret://",
            "F", "plain");

    var e = catchThrowableOfType(SecretBatchException.class, environment::prefetch);

    String nl = System.lineSeparator();
    assertThat(e)
        .hasMessage(
            "4 variables failed:"
                + nl
                + "  B: No secret named 'none'. Bound by secret://none. Create it."
                + nl
                + "  C: No secret named 'none'. Bound by secret://none. Create it."
                + nl
                + "  C: The source is down. Bound by secret://down. Wait."
                + nl
                + "  E: A secret name is missing (at the end).");
    assertThat(e.failures())
        .hasExactlyElementsOfTypes(
            SecretNotFoundException.class,
            SecretNotFoundException.class,
            SecretUnavailableException.class,
            MalformedSecretException.class);
    assertThat(resolver.prefetched).hasSize(1);
    assertThat(resolver.prefetched.get(0)).hasSize(3);
  }

  @Test
  void prefetch_nothingBound_asksNobody() {
    environment("F", "plain").prefetch();

    assertThat(resolver.prefetched).isEmpty();
  }

  @Test
  void prefetch_oneFailure_isItself() {
    SecretEnvironment environment = environment("A", "secret://a", "B", "secret://none");

    assertThatThrownBy(environment::prefetch)
        .isInstanceOf(SecretNotFoundException.class)
        .hasMessage("B: No secret named 'none'. Bound by secret://none. Create it.");
  }

  @Test
  void report_saysWhatIsHeldAndNoValue() {
    SecretEnvironment environment =
        environment(
            "A",
            "secret://a",
            "B",
            "x${secret://none}${secret://none}",
            "E",
            "secret://",
            "F",
            "hunter2");
    assertThat(environment.report().toString()).startsWith("A secret://a NOT_LOADED");
    environment.get("A");

    SecretsReport report = environment.report();

    assertThat(report)
        .hasToString(
            "A secret://a version 3, 12 s old, FRESH%nB secret://none NOT_LOADED%nE: A secret name is missing (at the end).%n"
                .formatted());
    assertThat(report.bindings())
        .extracting(SecretsReport.Line::variable)
        .containsExactly("A", "B");
    assertThat(report.malformed()).hasSize(1);
    assertThatThrownBy(() -> report.bindings().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void report_line_saysWhyAValueIsStale() {
    var status =
        new SecretStatus(
            SecretStatus.State.STALE,
            OptionalLong.of(3),
            Optional.of(Duration.ofMinutes(5)),
            Optional.of("The source is down. Start it."));

    assertThat(new SecretsReport.Line("DB", SecretRef.parseShort("db"), status))
        .hasToString("DB secret://db version 3, 300 s old, STALE: The source is down. Start it.");
  }

  @Test
  void close_leavesAGivenResolverAlone() {
    SecretEnvironment environment = environment("X", "secret://a");
    environment.close();

    assertThat(resolver.closes).isZero();
    assertThat(environment.get("X")).isEqualTo("alpha");
  }

  @Test
  void supplier_givesTheCurrentValue() {
    Supplier<String> supplier = environment("X", "secret://a").supplier("X");
    assertThat(supplier.get()).isEqualTo("alpha");

    resolver.rotate("a", "beta");

    assertThat(supplier.get()).isEqualTo("beta");
  }

  @Test
  void toString_hasNamesAlone() {
    assertThat(environment("X", "secret://a", "P", "hunter2"))
        .hasToString("SecretEnvironment[X, P]");
  }

  @Test
  void value_ofLiteral_isItsUtf8() {
    try (SecretValue value = environment("X", "é").value("X")) {
      assertThat(value.bytes()).isEqualTo("é".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(List.of(resolver.resolved)).containsExactly(List.of());
  }
}
