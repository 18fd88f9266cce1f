package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.Secrets.Installation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SecretsTest {
  private static SecretEnvironment environment(FakeResolver resolver) {
    return SecretEnvironment.builder()
        .environment(Map.of("X", "secret://a", "P", "plain"))
        .role(ProcessRole.FLOW)
        .resolver(resolver)
        .build();
  }

  private static SecretEnvironment environment(String value) {
    return environment(new FakeResolver().with("a", value));
  }

  @Test
  void notInstalled_isThisProcess() {
    assertThat(Secrets.env().keySet()).isEqualTo(System.getenv().keySet());
    assertThat(Secrets.find("NO_SUCH_VARIABLE_HERE")).isEmpty();
    assertThat(Secrets.get("PATH")).isEqualTo(System.getenv("PATH"));
  }

  @Test
  void installed_eachMethodIsThatOfTheEnvironment() {
    var resolver = new FakeResolver().with("a", "1");
    try (Installation installation = Secrets.install(environment(resolver))) {
      assertThat(installation).isNotNull();
      List<String> seen = new ArrayList<>();
      Secrets.prefetch();
      assertThat(Secrets.get("X")).isEqualTo("1");
      assertThat(Secrets.find("P")).hasValue("plain");
      assertThat(Secrets.env()).containsOnly(Map.entry("X", "1"), Map.entry("P", "plain"));
      try (SecretValue value = Secrets.value("X")) {
        assertThat(value.reveal()).isEqualTo("1");
      }
      try (var registration = Secrets.onRotation("X", value -> seen.add(value.reveal()))) {
        assertThat(registration).isNotNull();
        resolver.rotate("a", "2");
      }
      assertThat(seen).containsExactly("2");
      assertThat(Secrets.supplier("X").get()).isEqualTo("2");
      assertThat(Secrets.report().bindings()).hasSize(1);
    }
    assertThat(resolver.closes).isZero();
    assertThat(Secrets.find("X")).isEmpty();
  }

  @Test
  void install_nested_theLatestCounts() {
    Installation outer = Secrets.install(environment("outer"));
    Installation inner = Secrets.install(environment("inner"));
    assertThat(Secrets.get("X")).isEqualTo("inner");

    inner.close();
    assertThat(Secrets.get("X")).isEqualTo("outer");
    inner.close();
    assertThat(Secrets.get("X")).isEqualTo("outer");
    outer.close();
    assertThat(Secrets.find("X")).isEmpty();
  }

  @Test
  void close_outOfOrder_isRefusedAndSaysWhereBothWereMade() {
    Installation outer = Secrets.install(environment("outer"));
    Installation inner = Secrets.install(environment("inner"));
    try {
      assertThatThrownBy(outer::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("A later installation of secrets is still open: close that one first.")
          .satisfies(
              e -> {
                assertThat(e.getCause())
                    .hasMessage("installed here")
                    .hasStackTraceContaining("SecretsTest");
                assertThat(e.getSuppressed()).hasSize(1);
                assertThat(e.getSuppressed()[0]).hasStackTraceContaining("SecretsTest");
              });
      assertThat(Secrets.get("X")).isEqualTo("inner");
    } finally {
      inner.close();
      outer.close();
    }
    assertThat(Secrets.find("X")).isEmpty();
  }
}
