package dev.latchkey.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.Registration;
import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretBinding;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.Secrets;
import dev.latchkey.SecretsReport;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeSecretsTest {
  private static final String X = "MY_APP_SECRET";

  @AfterEach
  void nothingStaysInstalled() {
    assertThat(Secrets.env().keySet()).isEqualTo(System.getenv().keySet());
  }

  @Test
  void install_thenClose_showsTheValueMeanwhile() {
    assertThat(Secrets.find(X)).isEmpty();
    FakeSecrets secrets = FakeSecrets.of(X, "some-value").and("OTHER", "x");
    assertThat(Secrets.find(X)).isEmpty();

    try (FakeSecrets installed = secrets.install()) {
      assertThat(installed).isSameAs(secrets);
      assertThat(Secrets.get(X)).isEqualTo("some-value");
      assertThat(Secrets.find("OTHER")).hasValue("x");
      try (SecretValue value = Secrets.value(X)) {
        assertThat(value.reveal()).isEqualTo("some-value");
      }
      Secrets.prefetch();
      assertThat(Secrets.report().bindings())
          .hasSize(2)
          .allSatisfy(
              line -> assertThat(line.status().state()).isEqualTo(SecretStatus.State.FRESH));
    }
    assertThat(Secrets.find(X)).isEmpty();
    secrets.close();
  }

  @Test
  void env_installed_hasTheProcessesOwnVariablesAndTheFakes() {
    Map<String, String> own = Map.copyOf(System.getenv());
    assertThat(own).containsKey("PATH");
    try (FakeSecrets secrets = FakeSecrets.of(X, "some-value").and("PATH", "faked").install()) {
      assertThat(secrets).isNotNull();
      assertThat(Secrets.env()).containsEntry(X, "some-value").containsEntry("PATH", "faked");
      assertThat(Secrets.env().keySet()).containsAll(own.keySet()).hasSize(own.size() + 1);
    }
    assertThat(Secrets.get("PATH")).isEqualTo(own.get("PATH"));
  }

  @Test
  void install_nested_theLatestCountsAndTheOuterComesBack() {
    try (FakeSecrets outer = FakeSecrets.of(X, "outer").and("OUTER", "1").install()) {
      assertThat(outer).isNotNull();
      try (FakeSecrets inner = FakeSecrets.of(X, "inner").install()) {
        assertThat(inner).isNotNull();
        assertThat(Secrets.get(X)).isEqualTo("inner");
        assertThat(Secrets.find("OUTER")).isEmpty();
      }
      assertThat(Secrets.get(X)).isEqualTo("outer");
    }
  }

  @Test
  void close_outOfOrder_isRefusedAndPutsAllBack() {
    FakeSecrets outer = FakeSecrets.of(X, "outer").install();
    FakeSecrets inner = FakeSecrets.of(X, "inner").install();
    assertThatThrownBy(outer::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("A later installation of secrets was still open");
    assertThat(Secrets.find(X)).isEmpty();
    assertThat(System.getenv(X)).isNull();
    inner.close();
    assertThat(System.getenv(X)).isNull();
  }

  @Test
  void getenv_installed_showsTheFakesAndIsPutBack() {
    Map<String, String> own = Map.copyOf(System.getenv());
    Map<String, String> view = System.getenv();
    try (FakeSecrets outer = FakeSecrets.of(X, "some-välue").and("PATH", "faked").install()) {
      assertThat(System.getenv(X)).isEqualTo("some-välue");
      assertThat(System.getenv()).isSameAs(view).containsEntry(X, "some-välue");
      assertThat(System.getenv("PATH")).isEqualTo("faked");
      try (FakeSecrets inner = FakeSecrets.of("INNER", "2").install()) {
        assertThat(inner).isNotNull();
        assertThat(System.getenv("INNER")).isEqualTo("2");
        assertThat(System.getenv(X)).isNull();
        assertThat(System.getenv("PATH")).isEqualTo(own.get("PATH"));
      }
      outer.rotate(X, "other-value");
      assertThat(System.getenv(X)).as("as a process's own stays").isEqualTo("some-välue");
    }
    assertThat(System.getenv()).isEqualTo(own);
  }

  @Test
  void getenv_valueThatNoVariableCanHold_isInSecretsAlone() {
    byte[] noText = {(byte) 0xFF};
    try (FakeSecrets secrets = FakeSecrets.of(X, noText).and("NUL", "a\0b").install()) {
      assertThat(secrets).isNotNull();
      assertThat(System.getenv()).doesNotContainKeys(X, "NUL");
      assertThat(Secrets.get("NUL")).isEqualTo("a\0b");
    }
  }

  @Test
  void install_realSource_isHidden() {
    Map<String, String> process = new LinkedHashMap<>(System.getenv());
    process.put("LATCHKEY_SOURCE", "https://secrets.example.com");
    process.put("LATCHKEY_TOKEN", "hunter2");
    try (ProcessVariables production = ProcessVariables.show(process)) {
      assertThat(production).isNotNull();
      assertThat(System.getenv("LATCHKEY_SOURCE")).isNotNull();
      try (FakeSecrets secrets = FakeSecrets.of(X, "some-value").install()) {
        assertThat(secrets).isNotNull();
        assertThat(System.getenv()).doesNotContainKeys("LATCHKEY_SOURCE", "LATCHKEY_TOKEN");
        assertThat(Secrets.env()).doesNotContainKeys("LATCHKEY_SOURCE", "LATCHKEY_TOKEN");
      }
      assertThat(System.getenv("LATCHKEY_TOKEN")).isEqualTo("hunter2");
    }
    assertThat(System.getenv("LATCHKEY_TOKEN")).isNull();
  }

  @Test
  void installForThread_leavesOtherThreadsAndTheProcessAlone() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    other.submit(() -> {}).get(); // Its thread runs before.
    try (FakeSecrets secrets = FakeSecrets.of(X, "mine").installForThread()) {
      assertThat(secrets).isNotNull();
      assertThat(Secrets.get(X)).isEqualTo("mine");
      assertThat(System.getenv(X)).isNull();
      assertThat(other.submit(() -> Secrets.find(X)).get()).isEmpty();
    } finally {
      other.shutdown();
    }
    assertThat(Secrets.find(X)).isEmpty();
  }

  @Test
  void closedFakes_sayThatTheyAreClosed() {
    FakeSecrets secrets = FakeSecrets.of(X, "mine").install();
    secrets.close();

    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> secrets.and("OTHER", "value"), secrets::install, secrets::installForThread)) {
      assertThatThrownBy(use).hasMessage("These fakes are closed. Make new ones.");
    }
  }

  @Test
  void delay_isNotNegative_andMayBeForever() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "mine").install()) {
      assertThatThrownBy(() -> secrets.delay(X, Duration.ofNanos(-1)))
          .isInstanceOf(IllegalArgumentException.class);
      secrets.delay(X, ChronoUnit.FOREVER.getDuration());
      secrets.restore(X);
      assertThat(Secrets.get(X)).isEqualTo("mine");
    }
  }

  @Test
  void binding_withNameVersionAndField_isShownAndPinned() {
    SecretBinding binding = SecretBinding.parse(X + "=db?version=3#/password");
    try (FakeSecrets secrets = FakeSecrets.none().and(binding, "some-value").install()) {
      assertThat(Secrets.get(X)).isEqualTo("some-value");
      secrets.rotate(X, "other-value");
      assertThat(Secrets.get(X)).isEqualTo("some-value");
      SecretsReport.Line line = Secrets.report().bindings().get(0);
      assertThat(line.ref()).isEqualTo(binding.ref());
      assertThat(line.status().version()).hasValue(3);
    }
    assertThatThrownBy(
            () ->
                FakeSecrets.none()
                    .and(binding, "x")
                    .and(SecretBinding.parse("OTHER=db?version=3#/password"), "y"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "OTHER and MY_APP_SECRET are both bound to secret://db?version=3#/password: give each a"
                + " name, version or field of its own.");
  }

  @Test
  void revokeAndDelete_endWhatWasReadUntilRestored() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "some-value").install()) {
      assertThat(Secrets.get(X)).isEqualTo("some-value");
      secrets.revoke(X);
      assertThatThrownBy(() -> Secrets.get(X))
          .isInstanceOf(SecretAccessDeniedException.class)
          .hasMessage(
              "MY_APP_SECRET: Access to the fake secret 'fake-1-my-app-secret' is denied by this"
                  + " test. Bound by secret://fake-1-my-app-secret. FakeSecrets.restore allows it"
                  + " again.");
      secrets.delete(X);
      assertThatThrownBy(() -> Secrets.get(X))
          .isInstanceOf(SecretNotFoundException.class)
          .hasMessageContaining("this test has deleted it");
      assertThat(state()).isEqualTo(SecretStatus.State.NOT_LOADED);
      secrets.restore(X);
      assertThat(Secrets.get(X)).isEqualTo("some-value");
    }
  }

  private static SecretStatus.State state() {
    return Secrets.report().bindings().get(0).status().state();
  }

  @Test
  void unavailable_whatWasReadIsServedStaleAndThenNoMore() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "one").and("UNREAD", "x").install()) {
      List<String> seen = new ArrayList<>();
      Secrets.onRotation(X, value -> seen.add(value.reveal()));
      assertThat(Secrets.get(X)).isEqualTo("one");
      secrets.unavailable(X);
      secrets.unavailable("UNREAD");
      secrets.rotate(X, "two");
      secrets.advance(Duration.ofHours(24));

      assertThat(Secrets.get(X)).isEqualTo("one");
      SecretStatus status = Secrets.report().bindings().get(0).status();
      assertThat(status.state()).isEqualTo(SecretStatus.State.STALE);
      assertThat(status.age()).hasValue(Duration.ofHours(24));
      assertThat(status.problem()).hasValueSatisfying(it -> assertThat(it).contains("unavailable"));
      assertThatThrownBy(() -> Secrets.get("UNREAD"))
          .isInstanceOf(SecretUnavailableException.class);

      secrets.advance(Duration.ofNanos(1));
      assertThatThrownBy(() -> Secrets.get(X)).isInstanceOf(SecretUnavailableException.class);
      assertThat(seen).isEmpty();

      secrets.restore(X);
      assertThat(seen).containsExactly("two");
      assertThat(Secrets.get(X)).isEqualTo("two");
      assertThat(state()).isEqualTo(SecretStatus.State.FRESH);
    }
  }

  @Test
  void delay_rotation_arrivesWhenTheClockSaysSo() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "one").install()) {
      assertThat(Secrets.get(X)).isEqualTo("one");
      secrets.delay(X, Duration.ofSeconds(3));
      secrets.rotate(X, "two");
      secrets.advance(Duration.ofMillis(2_999));
      assertThat(Secrets.get(X)).isEqualTo("one");
      secrets.advance(Duration.ofMillis(1));
      assertThat(Secrets.get(X)).isEqualTo("two");
    }
  }

  @Test
  void delay_firstRead_waitsForTheClockOrTheTimeout() throws Exception {
    ExecutorService app = Executors.newFixedThreadPool(2);
    try (FakeSecrets secrets = FakeSecrets.of(X, "one").and("SLOW", "x").install()) {
      secrets.delay(X, Duration.ofSeconds(3));
      secrets.delay("SLOW", Duration.ofSeconds(11));
      Future<String> read = app.submit(() -> Secrets.get(X));
      Future<String> slow = app.submit(() -> Secrets.get("SLOW"));
      secrets.awaitReads(2);
      secrets.advance(Duration.ofSeconds(2));
      assertThat(read).isNotDone();
      secrets.advance(Duration.ofSeconds(1));
      assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("one");
      assertThat(slow).isNotDone();
      secrets.advance(Duration.ofSeconds(7));
      assertThatThrownBy(() -> slow.get(10, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessageContaining("did not answer within 10 s of the test's clock");
    } finally {
      app.shutdownNow();
    }
  }

  @Test
  void install_twice_isRefused() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "x").install()) {
      assertThatThrownBy(secrets::install)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("These fakes are installed already.");
    }
  }

  @Test
  void and_installed_isRefused() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "x").install()) {
      assertThatThrownBy(() -> secrets.and("LATER", "hunter2"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Add LATER before the fakes are installed.");
    }
  }

  @Test
  void and_duplicate_isRefusedWithoutTheValue() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "one")) {
      assertThatThrownBy(() -> secrets.and(X, "hunter2"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("MY_APP_SECRET has a fake value already.");
      assertThat(secrets.environment().get(X)).isEqualTo("one");
    }
  }

  @Test
  void of_badVariable_isRefusedWithoutTheValue() {
    for (String bad : List.of("", "1X", "MY-SECRET", "A=B", "é", "A B")) {
      assertThatThrownBy(() -> FakeSecrets.of(bad, "hunter2"))
          .isInstanceOf(MalformedSecretException.class)
          .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
    }
  }

  @Test
  void of_loneSurrogate_isRefusedAndNotReplaced() {
    String half = "\ud83d";
    assertThatThrownBy(() -> FakeSecrets.of(X, half)).isInstanceOf(SecretValueException.class);
    try (FakeSecrets secrets = FakeSecrets.of(X, "")) {
      assertThatThrownBy(() -> secrets.rotate(X, half)).isInstanceOf(SecretValueException.class);
      assertThat(secrets.environment().get(X)).isEmpty();
    }
  }

  @Test
  void of_variablesThatNamesWouldMakeEqual_stayApart() {
    String longest = "A".repeat(300);
    try (FakeSecrets secrets =
        FakeSecrets.of("A_B", "1")
            .and("A__B", "2")
            .and("a_b", "3")
            .and("_", "4")
            .and(longest, "5")
            .and(longest + "A", "6")) {
      SecretEnvironment environment = secrets.environment();
      assertThat(
              List.of("A_B", "A__B", "a_b", "_", longest, longest + "A").stream()
                  .map(environment::get))
          .containsExactly("1", "2", "3", "4", "5", "6");
    }
  }

  @Test
  void of_bytes_areCopiedAndComeBack() {
    byte[] bytes = {0, (byte) 0xFF, 10};
    try (FakeSecrets secrets = FakeSecrets.of(X, bytes).and("MORE", new byte[0]).install()) {
      assertThat(secrets).isNotNull();
      bytes[0] = 7;
      try (SecretValue value = Secrets.value(X);
          SecretValue empty = Secrets.value("MORE")) {
        assertThat(value.bytes()).containsExactly(0, 0xFF, 10);
        assertThat(empty.bytes()).isEmpty();
      }
      assertThatThrownBy(() -> Secrets.get(X)).isInstanceOf(SecretValueException.class);
    }
  }

  @Test
  void rotate_isSeenBySuppliersAndListeners() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "one").and("OTHER", "x").install()) {
      Supplier<String> supplier = Secrets.supplier(X);
      List<String> seen = new ArrayList<>();
      Registration registration = Secrets.onRotation(X, value -> seen.add(value.reveal()));
      assertThat(supplier.get()).isEqualTo("one");

      secrets.rotate(X, "two");
      secrets.rotate("OTHER", "y");
      secrets.rotate(X, "three");
      assertThat(seen).containsExactly("two", "three");
      assertThat(supplier.get()).isEqualTo("three");
      assertThat(Secrets.report().bindings().get(0).status().version()).hasValue(3);

      registration.close();
      secrets.rotate(X, "four");
      assertThat(seen).hasSize(2);
      assertThat(supplier.get()).isEqualTo("four");
    }
  }

  @Test
  void rotate_listenerThrows_reachesTheTestAfterTheOthers() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "one").install()) {
      List<String> seen = new ArrayList<>();
      var failure = new IllegalStateException("first");
      Secrets.onRotation(
          X,
          value -> {
            throw failure;
          });
      Secrets.onRotation(
          X,
          value -> {
            throw new IllegalStateException("second");
          });
      Secrets.onRotation(X, value -> seen.add(value.reveal()));

      assertThatThrownBy(() -> secrets.rotate(X, "two"))
          .isSameAs(failure)
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
      assertThat(seen).containsExactly("two");
    }
  }

  @Test
  void rotate_unknownVariable_isRefusedWithoutTheValue() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "x")) {
      assertThatThrownBy(() -> secrets.rotate("OTHER", "hunter2"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("OTHER has no fake value here.");
    }
  }

  @Test
  void close_thenUse_saysClosed() {
    FakeSecrets secrets = FakeSecrets.of(X, "x");
    SecretEnvironment environment = secrets.environment();
    secrets.close();
    secrets.close();

    assertThatThrownBy(() -> environment.get(X))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageStartingWith("MY_APP_SECRET: The fake secrets are closed.");
    assertThatThrownBy(() -> secrets.rotate(X, "y"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The fake secrets are closed.");
  }

  @Test
  void toString_showsNamesAndNoValue() {
    try (FakeSecrets secrets = FakeSecrets.of(X, "hunter2").and("OTHER", "hunter2")) {
      assertThat(secrets).hasToString("FakeSecrets[MY_APP_SECRET, OTHER]");
      assertThat(secrets.environment().toString() + secrets.environment().asMap())
          .doesNotContain("hunter2");
      assertThat(secrets.environment().report().toString()).doesNotContain("hunter2");
    }
  }

  @Test
  @SuppressWarnings("unchecked") // The example is a supplier in the other class loader too.
  void coreAndTestingAlone_areEnough() throws Exception {
    URL[] urls = {place(Secrets.class), place(FakeSecrets.class), place(CoreOnlyExample.class)};
    try (var loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      for (String absent :
          List.of("dev.latchkey.client.SecretsClient", "org.junit.jupiter.api.Test")) {
        assertThatThrownBy(() -> loader.loadClass(absent))
            .isInstanceOf(ClassNotFoundException.class);
      }
      Class<?> example = loader.loadClass(CoreOnlyExample.class.getName());
      assertThat(example).isNotEqualTo(CoreOnlyExample.class);
      var run = (Supplier<String>) example.getDeclaredConstructor().newInstance();
      assertThat(run.get()).isEqualTo("some-value other-value");
    }
  }

  private static URL place(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
