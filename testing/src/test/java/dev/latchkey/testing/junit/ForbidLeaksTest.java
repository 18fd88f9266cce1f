package dev.latchkey.testing.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.latchkey.Secrets;
import dev.latchkey.testing.FakeSecrets;
import dev.latchkey.testing.LeakDetector;
import dev.latchkey.testing.SecretLeakError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Test classes with leaks, each as a run of its own. */
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class ForbidLeaksTest {
  private static final String X = "MY_APP_SECRET";
  private static final String VALUE = "canary-7f3a";

  private final PrintStream out = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void keepOutput() {
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveOutputBack() {
    System.setOut(out);
  }

  private static EngineExecutionResults run(Class<?> tests) {
    return EngineTestKit.engine("junit-jupiter").selectors(selectClass(tests)).execute();
  }

  /** Returns the one failure, as it is printed; what is printed of it shows no value. */
  private static String failure(Class<?> tests) {
    List<TestExecutionResult> failed =
        run(tests)
            .allEvents()
            .failed()
            .map(event -> event.getRequiredPayload(TestExecutionResult.class))
            .toList();
    assertThat(failed).hasSize(1);
    StringWriter text = new StringWriter();
    failed.get(0).getThrowable().orElseThrow().printStackTrace(new PrintWriter(text));
    assertThat(text.toString()).doesNotContain(VALUE);
    return text.toString();
  }

  @ForbidLeaks
  static class Clean {
    @Test
    @FakeSecret(env = X, value = VALUE)
    void test() {
      assertThat(Secrets.get(X)).isEqualTo(VALUE);
      System.out.println("none");
    }

    @Test
    void withoutSecrets() {}
  }

  @Test
  void withoutALeak_passes() {
    PrintStream ours = System.out;
    run(Clean.class).testEvents().assertStatistics(it -> it.succeeded(2).failed(0));

    assertThat(System.out).isSameAs(ours);
    assertThat(printed).asString().isEqualToIgnoringNewLines("none");
  }

  @FakeSecret(env = X, value = VALUE)
  static class Prints {
    @Test
    @ForbidLeaks
    void test() {
      System.out.println(System.getenv(X));
    }
  }

  @Test
  void print_fails() {
    assertThat(failure(Prints.class))
        .startsWith(
            SecretLeakError.class.getName()
                + ": Leaked: "
                + X
                + " as it is in System.out, shown by")
        .contains("ForbidLeaksTest$Prints.test(ForbidLeaksTest.java:");
  }

  static class Control {
    @Test
    @FakeSecret(env = X, value = VALUE)
    void test() {
      System.out.println(Secrets.get(X));
    }
  }

  @Test
  void control_withoutTheAnnotation_passes() {
    run(Control.class).testEvents().assertStatistics(it -> it.succeeded(1).failed(0));
    assertThat(printed).asString().contains(VALUE);
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class Throws {
    @Test
    void test() {
      throw new IllegalStateException(new IOException("sent " + Secrets.get(X)));
    }
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class Asserts {
    @Test
    void test() {
      Assertions.assertEquals("other", Secrets.get(X));
    }
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class ThrowsInConstructor {
    ThrowsInConstructor() {
      throw new IllegalStateException(Secrets.get(X));
    }

    @Test
    void test() {}
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class ThrowsBeforeAll {
    @BeforeAll
    static void start() {
      if (Secrets.find(X).isPresent()) {
        throw new IllegalStateException(Secrets.get(X));
      }
    }

    @Test
    void test() {}
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class ThrowsBeforeEach {
    @BeforeEach
    void start() {
      throw new IllegalStateException(Secrets.get(X));
    }

    @Test
    void test() {}
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class ThrowsAfterEach {
    @AfterEach
    void end() {
      throw new IllegalStateException(Secrets.get(X));
    }

    @Test
    void test() {}
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class ThrowsAfterAll {
    @AfterAll
    static void end() {
      if (Secrets.find(X).isPresent()) {
        throw new IllegalStateException(Secrets.get(X));
      }
    }

    @Test
    void test() {}
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class ThrowsInFactory {
    @TestFactory
    Stream<DynamicTest> tests() {
      throw new IllegalStateException(Secrets.get(X));
    }
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class ThrowsInDynamic {
    @TestFactory
    Stream<DynamicTest> tests() {
      return Stream.of(
          DynamicTest.dynamicTest(
              "dynamic",
              () -> {
                throw new IllegalStateException(Secrets.get(X));
              }));
    }
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        Throws.class,
        Asserts.class,
        ThrowsInConstructor.class,
        ThrowsBeforeAll.class,
        ThrowsBeforeEach.class,
        ThrowsAfterEach.class,
        ThrowsAfterAll.class,
        ThrowsInFactory.class,
        ThrowsInDynamic.class
      })
  void exception_failsWithNamesInPlaceOfValues(Class<?> tests) {
    assertThat(failure(tests))
        .startsWith(SecretLeakError.class.getName() + ": Leaked: " + X + " as it is in ")
        .contains("Caused by: ")
        .contains("[" + X + "]")
        .contains("ForbidLeaksTest");
  }

  @ForbidLeaks
  @FakeSecret(env = X, value = VALUE)
  static class PrintsAndThrowsBeforeAll {
    @BeforeAll
    static void start() {
      System.out.println(Secrets.get(X));
      throw new IllegalStateException("the reason");
    }

    @Test
    void test() {}
  }

  @Test
  void printBeforeAFailure_isAddedToIt() {
    assertThat(failure(PrintsAndThrowsBeforeAll.class))
        .startsWith("java.lang.IllegalStateException: the reason")
        .contains("Suppressed: " + SecretLeakError.class.getName() + ": Leaked: " + X);
  }

  static class PrintsInConstructor {
    PrintsInConstructor() {
      System.out.println(Secrets.get(X));
    }

    @Test
    @ForbidLeaks
    @FakeSecret(env = X, value = VALUE)
    void test() {
      throw new IllegalStateException("not reached");
    }
  }

  @Test
  void printInTheConstructor_failsBeforeTheTest() {
    assertThat(failure(PrintsInConstructor.class)).contains("System.out").doesNotContain("reached");
  }

  static class Forbids {
    @Test
    @ForbidLeaks
    void test(LeakDetector leaks) {
      leaks.forbid("token", VALUE);
      System.out.println(VALUE);
    }
  }

  @Test
  void detectorParameter_isToldOfMore() {
    assertThat(failure(Forbids.class)).contains("Leaked: token as it is in System.out");
  }

  static class Rotates {
    @Test
    @ForbidLeaks
    @ThreadScoped
    @FakeSecret(env = X, value = "other")
    void test(FakeSecrets secrets) {
      secrets.rotate(X, VALUE);
      System.out.println(Secrets.get(X));
    }
  }

  @Test
  void rotatedValue_isForbidden() {
    assertThat(failure(Rotates.class)).contains("Leaked: " + X);
  }

  static class Nothing {
    @Test
    @ForbidLeaks
    void test() {}
  }

  @Test
  void nothingToLookFor_isAnError() {
    assertThat(failure(Nothing.class))
        .contains("@ForbidLeaks on " + Nothing.class.getName() + ".test: there is nothing to look");
  }

  static class TooShort {
    @Test
    @ForbidLeaks
    @FakeSecret(env = X, value = "abc")
    void test() {}
  }

  @Test
  void shortValue_isAnErrorWithItsReason() {
    assertThat(failure(TooShort.class))
        .contains("@ForbidLeaks on " + TooShort.class.getName() + ".test: The value of " + X)
        .contains("3 characters, too little to tell a leak from chance");
    assertThat(System.getenv(X)).isNull();
  }
}
