package dev.latchkey.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.Registration;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.Secrets;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    Map<String, String> own = System.getenv();
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
  void close_outOfOrder_isRefusedAndCanBeMadeGood() {
    FakeSecrets outer = FakeSecrets.of(X, "outer").install();
    FakeSecrets inner = FakeSecrets.of(X, "inner").install();
    try {
      assertThatThrownBy(outer::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("A later installation of secrets is still open: close that one first.");
      assertThat(Secrets.get(X)).isEqualTo("inner");
    } finally {
      inner.close();
      assertThat(Secrets.get(X)).isEqualTo("outer");
      outer.close();
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
          .hasMessage("OTHER has no fake value to rotate.");
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

  @TempDir Path directory;

  @Test
  void javadoc_example_runsAsItStands() throws Exception {
    String source =
        Files.readString(Path.of("src/main/java/dev/latchkey/testing/FakeSecrets.java"));
    int start = source.indexOf("<pre>{@code") + "<pre>{@code".length();
    String example =
        source.substring(start, source.indexOf("}</pre>", start)).replaceAll("\n \\* ?", "\n");
    assertThat(example).contains("Secrets.get(");

    run("Example", example);
    String broken = example.replace("(\"some-value\",", "(\"another\",");
    assertThatThrownBy(() -> run("Broken", broken)).isInstanceOf(AssertionError.class);
  }

  private void run(String name, String body) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve(name + ".java"),
            "import static org.junit.jupiter.api.Assertions.assertEquals;\n"
                + "import dev.latchkey.Secrets;\n"
                + "import dev.latchkey.testing.FakeSecrets;\n"
                + ("public class " + name + " implements Runnable {\n")
                + "  public void run() {\n"
                + body
                + "\n}\n}\n");
    String path = System.getProperty("java.class.path");
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-cp", path, file.toString()))
        .isZero();
    URL[] urls = {directory.toUri().toURL()};
    try (var loader = new URLClassLoader(urls, FakeSecretsTest.class.getClassLoader())) {
      ((Runnable) loader.loadClass(name).getDeclaredConstructor().newInstance()).run();
    }
  }
}
