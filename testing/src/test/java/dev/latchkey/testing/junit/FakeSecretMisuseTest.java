package dev.latchkey.testing.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.latchkey.Secrets;
import dev.latchkey.testing.FakeSecrets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Test classes that fail, or run in parallel, each as a run of its own. */
class FakeSecretMisuseTest {
  private static final String X = "MY_APP_SECRET";

  private static EngineExecutionResults run(Class<?> tests) {
    return EngineTestKit.engine("junit-jupiter")
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
        .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "8")
        .selectors(selectClass(tests))
        .execute();
  }

  private static void assertFails(Class<?> tests, String message) {
    EngineExecutionResults results = run(tests);
    results
        .testEvents()
        .assertThatEvents()
        .haveExactly(1, finishedWithFailure(message(it -> it.contains(message))));
    assertThat(System.getenv(X)).isNull();
    assertThat(Secrets.find(X)).isEmpty();
  }

  static class BadVariable {
    @Test
    @FakeSecret(env = "MY-SECRET", value = "hunter2")
    void test() {}
  }

  @Test
  void badVariable_failsWithPlaceAndRule() {
    assertFails(
        BadVariable.class,
        "@FakeSecret on "
            + BadVariable.class.getName()
            + ".test: MY-SECRET: The name of a variable holds only letters, digits and underscores (at"
            + " character 3).");
  }

  @FakeSecret(env = "MY_APP_SECRET", secret = "my_secret", value = "hunter2")
  static class BadName {
    @Test
    void test() {}
  }

  @Test
  void badSecretName_failsWithPlaceAndRule() {
    assertFails(BadName.class, "@FakeSecret on " + BadName.class.getName() + ": MY_APP_SECRET: ");
  }

  static class Twice {
    @Test
    @FakeSecret(env = "MY_APP_SECRET", value = "hunter2")
    @FakeSecret(env = "MY_APP_SECRET", value = "hunter3")
    void test() {}
  }

  @Test
  void twoForOneVariable_fail() {
    assertFails(Twice.class, "Twice.test: MY_APP_SECRET is declared twice. Keep one.");
  }

  static class ValueAndFile {
    @Test
    @FakeSecret(env = "MY_APP_SECRET", value = "hunter2", file = "pom.xml")
    void test() {}
  }

  @Test
  void valueAndFile_fail() {
    assertFails(
        ValueAndFile.class,
        "MY_APP_SECRET needs one of value, file and random, and has more than one.");
  }

  static class NoValue {
    @Test
    @FakeSecret(env = "MY_APP_SECRET")
    void test() {}
  }

  @Test
  void noValue_fails() {
    assertFails(NoValue.class, "MY_APP_SECRET needs one of value, file and random, and has none.");
  }

  static class NoFile {
    @Test
    @FakeSecret(env = "MY_APP_SECRET", file = "no/such.pem")
    void test() {}
  }

  @Test
  void missingFile_failsWithItsPath() {
    assertFails(NoFile.class, "no/such.pem cannot be read (NoSuchFileException).");
  }

  static class WrongType {
    @Test
    @ThreadScoped
    void test(@FakeSecret(env = "MY_APP_SECRET", value = "x") int number) {}
  }

  @Test
  void parameterOfAnotherType_fails() {
    assertFails(
        WrongType.class, "is of type int, and can be a String, byte[], char[] or SecretValue.");
  }

  static class ParameterAlone {
    @Test
    void test(@FakeSecret(env = "MY_APP_SECRET", value = "hunter2") String value) {}
  }

  @Test
  void parameterAlone_inParallel_failsAsItHasNoLock() {
    assertFails(ParameterAlone.class, withoutLock(ParameterAlone.class.getName() + ".test"));
  }

  private static String withoutLock(String test) {
    return "Fake secrets of "
        + test
        + ": tests run in parallel, and the lock that keeps those with fakes apart is not taken by a"
        + " parameter or by @ExtendWith. Put @FakeSecret, or"
        + " @ResourceLock(FakeSecretLocks.RESOURCE), on the method or class; or add"
        + " @ThreadScoped.";
  }

  @Test
  void parameterAlone_oneTestAfterAnother_needsNoLock() {
    EngineTestKit.engine("junit-jupiter")
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
        .selectors(selectClass(ParameterAlone.class))
        .execute()
        .testEvents()
        .assertStatistics(it -> it.succeeded(1).failed(0));
  }

  @ExtendWith(FakeSecretsExtension.class)
  static class ExtensionAlone {
    @Test
    void test(FakeSecrets secrets) {}
  }

  @Test
  void extensionAlone_inParallel_failsAsItHasNoLock() {
    assertFails(ExtensionAlone.class, withoutLock(ExtensionAlone.class.getName() + ".test"));
  }

  @ExtendWith(FakeSecretsExtension.class)
  static class ReadersLock {
    @Test
    @ResourceLock(value = FakeSecretLocks.RESOURCE, mode = ResourceAccessMode.READ)
    void test() {}
  }

  @Test
  void lockOfReaders_inParallel_fails() {
    assertFails(ReadersLock.class, withoutLock(ReadersLock.class.getName() + ".test"));
  }

  @ExtendWith(FakeSecretsExtension.class)
  static class BeforeAllAlone {
    @BeforeAll
    static void begin() {}

    @Test
    @FakeSecret(env = "MY_APP_SECRET", value = "hunter2")
    void test() {}
  }

  @Test
  void extensionAlone_beforeAll_failsAsTheClassHasNoLock() {
    run(BeforeAllAlone.class)
        .containerEvents()
        .assertThatEvents()
        .haveExactly(1, finishedWithFailure(message(withoutLock(BeforeAllAlone.class.getName()))));
  }

  static class WithLock {
    @Test
    @FakeSecret(env = "OTHER", value = "x")
    void ofMethod(@FakeSecret(env = "MY_APP_SECRET", value = "x") String value) {}

    @Test
    @ThreadScoped
    void threadScoped(@FakeSecret(env = "MY_APP_SECRET", value = "x") String value) {}

    @Test
    @ResourceLock(FakeSecretLocks.RESOURCE)
    void ownLock(@FakeSecret(env = "MY_APP_SECRET", value = "x") String value) {}

    @Nested
    @Isolated
    class Inner {
      @Test
      void ofClass(@FakeSecret(env = "MY_APP_SECRET", value = "x") String value) {}

      @Nested
      class Innermost {
        @Test
        void ofEnclosing(@FakeSecret(env = "MY_APP_SECRET", value = "x") String value) {}
      }
    }

    @FakeSecret(env = "OTHER", value = "x")
    static class Base {}

    @Nested
    class Derived extends Base {
      @Test
      void ofSuperclass(@FakeSecret(env = "MY_APP_SECRET", value = "x") String value) {}
    }
  }

  @Test
  void parameterOfTestWithLock_inParallel_isGiven() {
    run(WithLock.class).testEvents().assertStatistics(it -> it.succeeded(6).failed(0));
  }

  static class Fails {
    @Test
    @FakeSecret(env = "MY_APP_SECRET", value = "x")
    void test() {
      Assertions.fail("as it should");
    }
  }

  @Test
  void failingTest_isPutBack() {
    assertFails(Fails.class, "as it should");
  }

  static class Forgets {
    @Test
    @FakeSecret(env = "MY_APP_SECRET", value = "x")
    void test() {
      FakeSecrets.of(X, "forgotten").install();
    }
  }

  @Test
  void fakesThatATestForgetsToClose_failItAndArePutBack() {
    assertFails(Forgets.class, "A later installation of secrets was still open");
  }

  @ThreadScoped
  @FakeSecret(env = "MY_APP_SECRET", random = true)
  @Execution(ExecutionMode.CONCURRENT)
  static class Parallel {
    static final Set<String> SEEN = ConcurrentHashMap.newKeySet();
    static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();

    @RepeatedTest(1_000)
    void test(FakeSecrets secrets, RepetitionInfo repetition) {
      THREADS.add(Thread.currentThread());
      String mine = Secrets.get(X);
      assertThat(SEEN.add(mine)).isTrue();
      assertThat(System.getenv(X)).isNull();
      secrets.rotate(X, "rotated-" + repetition.getCurrentRepetition());
      assertThat(Secrets.get(X)).isEqualTo("rotated-" + repetition.getCurrentRepetition());
    }
  }

  @Test
  void parallelThreadScoped_neverSeeEachOthers() {
    EngineExecutionResults results = run(Parallel.class);
    results.testEvents().assertStatistics(it -> it.succeeded(1_000).failed(0));
    assertThat(Parallel.SEEN).hasSize(1_000);
    assertThat(Parallel.THREADS).hasSizeGreaterThan(1);
  }

  static class WithInner {
    @Nested
    class Inner {
      @Test
      void test() {
        assertThat(Secrets.get(X)).isEqualTo("of-outer");
        assertThat(System.getenv(X)).as("it is seen by the thread alone").isNull();
      }
    }
  }

  @ThreadScoped
  @FakeSecret(env = "MY_APP_SECRET", value = "of-outer")
  static class Inherits extends WithInner {}

  @Test
  void inheritedNestedClass_hasWhatTheClassHasThatInheritsIt() {
    run(Inherits.class).testEvents().assertStatistics(it -> it.succeeded(1).failed(0));
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class Excluding {
    static final Set<String> INSIDE = new HashSet<>();

    @RepeatedTest(20)
    @FakeSecret(env = "MY_APP_SECRET", random = true)
    void one() {
      alone();
    }

    @RepeatedTest(20)
    @FakeSecret(env = "MY_APP_SECRET", random = true)
    void other() {
      alone();
    }

    private static void alone() {
      String mine = Secrets.get(X);
      assertThat(INSIDE).isEmpty();
      INSIDE.add(mine);
      assertThat(System.getenv(X)).isEqualTo(mine);
      INSIDE.remove(mine);
    }
  }

  @Test
  void parallelOfTheProcess_excludeOneAnother() {
    run(Excluding.class).testEvents().assertStatistics(it -> it.succeeded(40).failed(0));
  }
}
