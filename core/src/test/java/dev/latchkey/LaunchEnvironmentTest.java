package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LaunchEnvironmentTest {
  private static final String BY_VALUE_REMEDY =
      " Start the process by reference, or hand the value over in a file.";

  private final FakeResolver resolver =
      new FakeResolver().with("my-secret", "hunter2").with("db#/password", "p w");

  private static LaunchEnvironment parse(List<String> env, List<String> secrets) {
    return LaunchEnvironment.parse(ProcessRole.WORK, env, secrets);
  }

  @Test
  void byReference_flags_areVariablesAndReferences() {
    LaunchEnvironment launch =
        parse(
            List.of("FOO=bar", "EMPTY=", "PASSWORD=hunter2==", "URL=x${secret://db#/password}"),
            List.of("MY_APP_SECRET=my-secret", "DB=secret://db?version=3#/password"));

    assertThat(launch.byReference(Map.of("HOME", "/", "FOO", "old", "LATCHKEY_ROLE", "flow")))
        .containsOnly(
            Map.entry("HOME", "/"),
            Map.entry("FOO", "bar"),
            Map.entry("EMPTY", ""),
            Map.entry("PASSWORD", "hunter2=="),
            Map.entry("URL", "x${secret://db#/password}"),
            Map.entry("MY_APP_SECRET", "secret://my-secret"),
            Map.entry("DB", "secret://db?version=3#/password"),
            Map.entry("LATCHKEY_ROLE", "work"));
    assertThat(launch)
        .hasToString("LaunchEnvironment[FOO, EMPTY, PASSWORD, URL, MY_APP_SECRET, DB]");
  }

  @Test
  void parse_manyProblems_areReportedTogether() {
    var e =
        catchThrowableOfType(
            SecretBatchException.class,
            () ->
                parse(
                    List.of("FOO", "=x", "A=1", "A=2", "B=secret://b_c", "1C=x", "D=1", "M=1"),
                    List.of("D=d", "E=", "F=git_hub", "G=g", "G=g", "H", "M=_")));

    assertThat(e.problem().lines())
        .containsExactly(
            "12 variables failed:",
            "  --env number 1: A variable is NAME=VALUE, and here the equals sign is missing (at the"
                + " end).",
            "  --env number 2: The name of a variable is missing (at character 1).",
            "  A: stands twice in --env. Leave one of them out.",
            "  --env number 5: B: A secret name holds only letters, digits, dashes and periods (at"
                + " character 11).",
            "  --env number 6: The name of a variable starts with no digit (at character 1).",
            "  D: stands in --env and in --secret. Leave one of them out.",
            "  --secret number 2: E: A secret name is missing (at the end).",
            "  --secret number 3: F: A secret name holds only letters, digits, dashes and periods (at"
                + " character 6).",
            "  G: stands twice in --secret. Leave one of them out.",
            "  --secret number 6: A binding is VARIABLE=SECRET, and here the equals sign is missing"
                + " (at the end).",
            "  M: stands in --env and in --secret. Leave one of them out.",
            "  --secret number 7: M: A secret name starts with a letter (at character 3).");
  }

  @Test
  void parse_oneProblem_isItself() {
    assertThatThrownBy(() -> parse(List.of(), List.of("FOO=1")))
        .isInstanceOf(MalformedSecretException.class)
        .hasMessage("--secret number 1: FOO: A secret name starts with a letter (at character 5).");
    assertThatThrownBy(() -> parse(List.of(), List.of("my-secret=MY_APP_SECRET")))
        .isInstanceOf(MalformedSecretException.class)
        .hasMessage(
            "--secret number 1: The name of a variable holds only letters, digits and underscores"
                + " (at character 3). Did you swap the two? It is VARIABLE=SECRET.");
    assertThatThrownBy(() -> parse(List.of("a-b=1"), List.of()))
        .isInstanceOf(MalformedSecretException.class)
        .hasMessage(
            "--env number 1: The name of a variable holds only letters, digits and underscores"
                + " (at character 2).");
    assertThatThrownBy(() -> parse(List.of("A=1", "A=1"), List.of()))
        .isInstanceOf(MalformedSecretException.class)
        .hasMessage("A: stands twice in --env. Leave one of them out.");
  }

  @Test
  void byValue_references_areResolved() {
    Map<String, String> inherited = new LinkedHashMap<>();
    inherited.put("HOME", "/");
    inherited.put("BOUND", "secret://my-secret");
    inherited.put("ESCAPED", "secret:///x");
    inherited.put("LATCHKEY_SOURCE", "file:/s");
    inherited.put("LATCHKEY_TOKEN", "t");
    inherited.put("LATCHKEY_TOKEN_FILE", "t");
    inherited.put("LATCHKEY_KEYSET", "k");
    inherited.put("LATCHKEY_KEYSET_FILE", "k");
    inherited.put("LATCHKEY_KEYSET_KMS_URI", "k");

    Map<String, String> values =
        parse(
                List.of("FOO=bar", "URL=x:${secret://db#/password}@y"),
                List.of("S=my-secret", "O=none?optional"))
            .byValue(inherited, resolver);

    assertThat(values)
        .containsOnly(
            Map.entry("HOME", "/"),
            Map.entry("BOUND", "hunter2"),
            Map.entry("ESCAPED", "x"),
            Map.entry("FOO", "bar"),
            Map.entry("URL", "x:p w@y"),
            Map.entry("S", "hunter2"),
            Map.entry("LATCHKEY_ROLE", "work"));
    assertThat(inherited).hasSize(9);
    assertThat(resolver.prefetched).hasSize(1);
    assertThat(resolver.closes).isZero();
    assertThat(resolver.handedOut).allSatisfy(SecretValueTest::assertClosed);
  }

  @Test
  void byValue_failures_nameEveryVariable() {
    LaunchEnvironment launch = parse(List.of(), List.of("A=none", "B=my-secret", "C=nil"));

    assertThatThrownBy(() -> launch.byValue(Map.of(), resolver))
        .isInstanceOf(SecretBatchException.class)
        .hasMessage(
            ("2 variables failed:%n  A: No secret named 'none'. Bound by secret://none. Create"
                    + " it.%n  C: No secret named 'nil'. Bound by secret://nil. Create it.")
                .formatted());
  }

  @Test
  void byValue_misfits_nameEveryVariableAndNoValue() {
    resolver
        .with("nul", "hunter2\0")
        .with("bin", new byte[] {(byte) 0xFF})
        .with("big", "x".repeat(200_000));
    LaunchEnvironment notText = parse(List.of(), List.of("A=bin", "B=my-secret"));
    LaunchEnvironment misfit = parse(List.of("L=a\0"), List.of("A=nul", "B=my-secret", "C=big"));

    assertThatThrownBy(() -> notText.byValue(Map.of(), resolver))
        .isInstanceOf(SecretValueException.class)
        .hasMessage(
            "A: The value is not UTF-8 text. Bound by secret://bin. Read its bytes with"
                + " SecretValue.bytes(), in a process that is started by reference.");
    var e =
        catchThrowableOfType(SecretBatchException.class, () -> misfit.byValue(Map.of(), resolver));
    String nul = ": The value has a NUL character, which no environment variable can hold.";
    assertThat(e.problem().lines())
        .containsExactly(
            "3 variables failed:",
            "  L" + nul + BY_VALUE_REMEDY,
            "  A" + nul + BY_VALUE_REMEDY,
            "  C: The variable is over 128 KiB, the most that an environment variable can hold."
                + BY_VALUE_REMEDY);
  }

  @Test
  void byReference_misfit_isRefused() {
    LaunchEnvironment launch = parse(List.of("L=a\0"), List.of());

    assertThatThrownBy(() -> launch.byReference(Map.of()))
        .isInstanceOf(SecretValueException.class)
        .hasMessage(
            "L: The value has a NUL character, which no environment variable can hold. Hand the"
                + " value over in a file.");
  }

  @Test
  void applyTo_byReference_theChildHoldsReferencesAlone() throws Exception {
    var process = new ProcessBuilder("env");
    process.environment().put("GONE", "no");
    process.environment().remove("GONE");
    parse(List.of("FOO=bar"), List.of("S=my-secret")).applyByReference(process);

    assertThat(output(process))
        .contains("FOO=bar", "S=secret://my-secret", "LATCHKEY_ROLE=work")
        .noneMatch(line -> line.contains("hunter2"));
  }

  @Test
  void applyTo_byValue_theChildHoldsValuesAndNoCredentials() throws Exception {
    var process = new ProcessBuilder("env");
    process.environment().put("LATCHKEY_TOKEN", "t");
    process.environment().put("LATCHKEY_KEYSET_FILE", "k");
    parse(List.of("FOO=bar"), List.of("S=my-secret")).applyByValue(process, resolver);

    assertThat(output(process))
        .contains("FOO=bar", "S=hunter2", "LATCHKEY_ROLE=work")
        .noneMatch(line -> line.startsWith("LATCHKEY_TOKEN"))
        .noneMatch(line -> line.startsWith("LATCHKEY_KEYSET"));
  }

  @Test
  void applyTo_entryOfExactlyTheLimit_starts() throws Exception {
    var process = new ProcessBuilder("env");
    String most = "x".repeat(EntryLimits.MAX_ENTRY_BYTES - "BIG=".length() - 1);
    resolver.with("big", most);
    parse(List.of(), List.of("BIG=big")).applyByValue(process, resolver);

    assertThat(output(process)).contains("BIG=" + most);
  }

  @Test
  void applyTo_failing_leavesTheBuilderAsItWas() {
    var process = new ProcessBuilder("env");
    process.environment().put("LATCHKEY_TOKEN", "t");
    Map<String, String> before = Map.copyOf(process.environment());
    resolver.with("nul", "a\0");

    for (String bad : List.of("A=none", "A=nul")) {
      LaunchEnvironment launch = parse(List.of("FOO=bar"), List.of("S=my-secret", bad));
      assertThatThrownBy(() -> launch.applyByValue(process, resolver))
          .isInstanceOf(SecretException.class);
      assertThat(process.environment()).isEqualTo(before);
    }
    LaunchEnvironment misfit = parse(List.of("FOO=bar", "B=\0"), List.of());
    assertThatThrownBy(() -> misfit.applyByReference(process))
        .isInstanceOf(SecretValueException.class);
    assertThat(process.environment()).isEqualTo(before);
  }

  @Test
  void applyTo_connecting_connectsForReferencesAloneAndCloses() throws Exception {
    var plain = new ProcessBuilder("env");
    plain.environment().put("LATCHKEY_TOKEN", "t");
    parse(List.of("FOO=secret:///x"), List.of())
        .applyByValue(
            plain,
            () -> {
              throw new AssertionError("There is nothing to resolve.");
            });
    assertThat(output(plain))
        .contains("FOO=x", "LATCHKEY_ROLE=work")
        .noneMatch(line -> line.startsWith("LATCHKEY_TOKEN"));

    var bound = new ProcessBuilder("env");
    bound.environment().put("INHERITED", "secret://my-secret");
    parse(List.of(), List.of()).applyByValue(bound, () -> resolver);
    assertThat(bound.environment()).containsEntry("INHERITED", "hunter2");
    assertThat(resolver.closes).isEqualTo(1);
  }

  private static List<String> output(ProcessBuilder builder) throws Exception {
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return text.lines().toList();
  }

  @Test
  void secretNames_areThoseOfFlagsAndInheritedVariables() {
    LaunchEnvironment launch =
        LaunchEnvironment.parse(
            ProcessRole.WORK,
            List.of("URL=db://${secret://user}:${secret://db#/password}@h", "PLAIN=secret:///x"),
            List.of("A=My-Secret?version=3", "B=my-secret", "C=maybe?optional"));

    assertThat(
            launch.secretNames(
                Map.of(
                    "INHERITED", "secret://inherited",
                    "A", "secret://hidden-by-the-flag",
                    "MALFORMED", "secret://-",
                    "LATCHKEY_TOKEN", "secret://no-reference")))
        .extracting(SecretName::canonical)
        .containsExactly("db", "inherited", "maybe", "my-secret", "user");
  }

  @Test
  void secretNames_noReference_areNone() {
    LaunchEnvironment launch = LaunchEnvironment.parse(ProcessRole.WORK, List.of("A=b"), List.of());

    assertThat(launch.secretNames(Map.of("PATH", "/bin"))).isEmpty();
  }
}
