package dev.latchkey.testing.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Prints what {@link FakeSecret} costs a test, beside tests without it. Run by name: its name is
 * none of those that always run.
 *
 * <p>Each kind is a class of 1 000 empty tests, run as a whole by JUnit's launcher, in turn with
 * the others; what is printed is the median of the rounds, by test, after rounds to warm up.
 */
class FakeSecretTimes {
  private static final int TESTS = 1_000;
  private static final int WARM_UP = 5;
  private static final int ROUNDS = 15;

  static class Without {
    @RepeatedTest(TESTS)
    void test() {}
  }

  static class OfTheProcess {
    @RepeatedTest(TESTS)
    @FakeSecret(env = "MY_APP_SECRET", value = "some-value")
    void test() {}
  }

  @ThreadScoped
  static class OfAThread {
    @RepeatedTest(TESTS)
    @FakeSecret(env = "MY_APP_SECRET", value = "some-value")
    void test() {}
  }

  @Test
  @SuppressWarnings("SystemOut")
  void print() {
    System.out.printf("First test of a JVM: %.1f ms more%n", first() / 1e6);
    Map<Class<?>, List<Long>> nanos = new LinkedHashMap<>();
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (Class<?> tests : List.of(Without.class, OfTheProcess.class, OfAThread.class)) {
        long took = run(tests, TESTS);
        if (round >= 0) {
          nanos.computeIfAbsent(tests, key -> new ArrayList<>()).add(took / TESTS);
        }
      }
    }
    nanos.values().forEach(Collections::sort);
    double floor = median(nanos, Without.class);
    nanos.forEach(
        (tests, sorted) ->
            System.out.printf(
                "%s: %.1f µs a test (%.1f to %.1f), %.1f µs more than without%n",
                tests.getSimpleName(),
                sorted.get(ROUNDS / 2) / 1e3,
                sorted.get(0) / 1e3,
                sorted.get(ROUNDS - 1) / 1e3,
                sorted.get(ROUNDS / 2) / 1e3 - floor));
  }

  static class FirstWithout {
    @Test
    void test() {}
  }

  static class First {
    @Test
    @FakeSecret(env = "MY_APP_SECRET", value = "some-value")
    void test() {}
  }

  /** Returns what the first test takes longer, once JUnit itself is loaded. */
  private static long first() {
    run(FirstWithout.class, 1);
    long without = run(FirstWithout.class, 1);
    return run(First.class, 1) - without;
  }

  private static double median(Map<Class<?>, List<Long>> nanos, Class<?> tests) {
    return Objects.requireNonNull(nanos.get(tests)).get(ROUNDS / 2) / 1e3;
  }

  private static long run(Class<?> tests, int expected) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build();
    Launcher launcher = LauncherFactory.create();
    var summary = new SummaryGeneratingListener();
    long begun = System.nanoTime();
    launcher.execute(request, summary);
    long took = System.nanoTime() - begun;
    assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(expected);
    return took;
  }
}
