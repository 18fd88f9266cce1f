package dev.latchkey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.ThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CanaryTest {
  private static final String MARKER = "m4rkr";

  private final FakeResolver resolver =
      new FakeResolver()
          .with("canary", Canary.VALUE)
          .with("nul", Canary.VALUE + "\0")
          .with("big", Canary.VALUE.repeat(60_000))
          .with("huge", Canary.VALUE + "x".repeat(SecretValue.MAX_BYTES - 100))
          .with("bin", HexFormat.of().parseHex("ff" + HexFormat.of().formatHex(bytes())))
          .failing("down", new SecretUnavailableException("The source is down.", "Wait."));

  private final SecretEnvironment environment =
      SecretEnvironment.builder()
          .environment(
              Map.of(
                  "PLAIN", Canary.VALUE,
                  "BOUND", "secret://canary",
                  "TEXT", Canary.VALUE + "${secret://canary}",
                  "MALFORMED", Canary.VALUE + "${secret://canary?" + Canary.VALUE + "}",
                  "UNCLOSED", Canary.VALUE + "${secret://" + Canary.VALUE,
                  "BINARY", "secret://bin",
                  "DOWN", Canary.VALUE + "${secret://canary}${secret://down}",
                  "NONE", Canary.VALUE + "${secret://none}",
                  "LARGE", Canary.VALUE + "${secret://huge}${secret://huge}"))
          .role(ProcessRole.WORK)
          .resolver(resolver)
          .build();

  private static byte[] bytes() {
    return Canary.VALUE.getBytes(UTF_8);
  }

  static Stream<String> forms() {
    return Stream.of(
        Canary.VALUE,
        Base64.getEncoder().encodeToString(bytes()),
        Base64.getUrlEncoder().withoutPadding().encodeToString(bytes()),
        HexFormat.of().formatHex(bytes()),
        HexFormat.of().withUpperCase().formatHex(bytes()),
        Arrays.toString(bytes()),
        URLEncoder.encode(Canary.VALUE, UTF_8),
        "c4n4ry\\\"\\\\é+/?~Zq");
  }

  @ParameterizedTest
  @MethodSource("forms")
  void control_leakedForm_isFound(String form) {
    assertThat(Canary.in("x" + form + "y", Canary.VALUE)).isNotEmpty();
    assertThat(Canary.in(Canary.printed(new SecretNotFoundException(form, "")), Canary.VALUE))
        .isNotEmpty();
    var nested = new IllegalStateException("outer", new IllegalStateException(form));
    var suppressing = new IllegalStateException("outer");
    suppressing.addSuppressed(new IllegalStateException(form));
    assertThat(Canary.in(Canary.printed(nested), Canary.VALUE)).isNotEmpty();
    assertThat(Canary.in(Canary.printed(suppressing), Canary.VALUE)).isNotEmpty();
  }

  @Test
  void failures_ofEveryKind_holdNoValue() {
    var launch =
        LaunchEnvironment.parse(
            ProcessRole.WORK,
            List.of("PLAIN=" + Canary.VALUE, "NUL=" + Canary.VALUE + "\0"),
            List.of("A=nul", "B=big"));
    List<ThrowingCallable> failing = new ArrayList<>();
    for (String name : List.of("MALFORMED", "UNCLOSED", "BINARY", "DOWN", "NONE")) {
      failing.add(() -> environment.get(name));
      failing.add(() -> environment.find(name).orElseThrow());
      failing.add(() -> environment.asMap().get(name));
    }
    failing.add(() -> environment.value("LARGE"));
    failing.add(environment::prefetch);
    failing.add(() -> environment.onRotation("MALFORMED", value -> {}));
    failing.add(() -> environment.value("BINARY").reveal());
    failing.add(() -> SecretValue.of(Canary.VALUE + "\uD83D"));
    failing.add(() -> SecretValue.of(Canary.VALUE.repeat(100_000)));
    failing.add(() -> launch.byValue(Map.of("M", "secret://" + Canary.VALUE), resolver));
    failing.add(() -> launch.byValue(Map.of(), resolver));
    failing.add(() -> launch.byReference(Map.of()));
    failing.add(() -> LaunchEnvironment.parse(ProcessRole.FLOW, List.of(Canary.VALUE), List.of()));
    failing.add(() -> SecretBinding.parse("FOO=" + Canary.VALUE));

    for (ThrowingCallable call : failing) {
      Throwable failure = ThrowableAssert.catchThrowable(call);
      assertThat(failure).isInstanceOf(SecretException.class);
      assertThat(Canary.in(Canary.printed(failure), Canary.VALUE)).isEmpty();
    }
  }

  @Test
  void textForms_ofAllThatHoldsAValue_holdNone() {
    var launch =
        LaunchEnvironment.parse(
            ProcessRole.WORK, List.of("P=" + Canary.VALUE), List.of("A=canary"));
    SecretValue value = environment.value("BOUND");
    List<Object> holders =
        List.of(
            value,
            environment,
            environment.asMap(),
            environment.asMap().entrySet().iterator().next(),
            environment.asMap().keySet(),
            environment.report(),
            environment.supplier("BOUND"),
            environment.onRotation("BOUND", v -> {}),
            launch);

    assertThat(value.reveal()).isEqualTo(Canary.VALUE);
    assertThat(environment.get("PLAIN")).isEqualTo(Canary.VALUE);
    for (Object holder : holders) {
      assertThat(Canary.in(holder.toString(), Canary.VALUE))
          .as(holder.getClass().getName())
          .isEmpty();
    }
  }

  @Provide
  Arbitrary<String> flags() {
    Arbitrary<String> names = Arbitraries.of("FOO", "BAR", "", "1X", "A-B", "é");
    Arbitrary<String> values =
        Combinators.combine(Nasty.texts(), Nasty.texts())
            .as((before, after) -> before + MARKER + after);
    return Combinators.combine(names, values).as((name, value) -> name + "=" + value);
  }

  @Property(tries = 500)
  void launchFailures_repeatNothingAfterTheEqualsSign(
      @ForAll("flags") String env,
      @ForAll("flags") String otherEnv,
      @ForAll("flags") String secret) {
    Throwable failure =
        ThrowableAssert.catchThrowable(
            () ->
                LaunchEnvironment.parse(ProcessRole.WORK, List.of(env, otherEnv), List.of(secret)));
    if (failure != null) {
      assertThat(failure).isInstanceOf(SecretException.class);
      assertThat(Canary.in(Canary.printed(failure), MARKER)).isEmpty();
    }
  }

  @Test
  void control_markerInABatch_isFound() {
    SecretException leaky =
        SecretBatchException.of(
            List.of(
                new SecretNotFoundException("A: gone.", ""),
                new SecretNotFoundException("B: " + MARKER, "")));

    assertThat(Canary.in(Canary.printed(leaky), MARKER)).isNotEmpty();
  }
}
