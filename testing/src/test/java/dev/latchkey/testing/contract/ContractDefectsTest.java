package dev.latchkey.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Tests the suites: a sound implementation passes, each defect is noticed by the tests that are
 * meant to, and there is no test that nothing can break.
 */
class ContractDefectsTest {
  /** More than there are processors, since some defects are that nothing happens. */
  private static final ExecutorService THREADS = Executors.newFixedThreadPool(16);

  @AfterAll
  static void endThreads() {
    THREADS.shutdownNow();
  }

  @TestFactory
  List<DynamicContainer> suites() {
    return List.of(
        suite(SourceDefects.Suite.class, SourceDefects.ALL),
        suite(StoreDefects.Suite.class, StoreDefects.ALL),
        suite(DecryptorDefects.Suite.class, DecryptorDefects.ALL),
        suite(ResolverDefects.Suite.class, ResolverDefects.ALL));
  }

  @Test
  void control_testThatNothingBreaks_isNamed() {
    assertThatThrownBy(() -> assertAllBroken(Set.of("resolve_sunday_rests"), ResolverDefects.ALL))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("resolve_sunday_rests");
  }

  private static <F> DynamicContainer suite(Class<?> suite, List<SuiteVariant<F>> variants) {
    Set<String> promises = SuiteRun.promises(suite);
    List<DynamicNode> tests = new ArrayList<>();
    tests.add(dynamicTest("every promise is broken", () -> assertAllBroken(promises, variants)));
    for (SuiteVariant<F> each : variants) {
      Collection<String> run = each.isSound() ? promises : each.breaks();
      Future<Map<String, Throwable>> failures =
          THREADS.submit(() -> SuiteRun.failures(suite, each.what(), run));
      tests.add(dynamicTest(each.what(), () -> assertBreaks(each, failures.get())));
    }
    return dynamicContainer(suite.getSuperclass().getSimpleName(), tests);
  }

  private static void assertBreaks(SuiteVariant<?> variant, Map<String, Throwable> failures) {
    assertThat(failures.keySet())
        .as(() -> "what failed against: " + variant.what() + " " + failures)
        .containsExactlyInAnyOrderElementsOf(variant.breaks());
  }

  private static <F> void assertAllBroken(Set<String> promises, List<SuiteVariant<F>> variants) {
    Set<String> unbroken = new TreeSet<>(promises);
    variants.forEach(variant -> unbroken.removeAll(variant.breaks()));
    assertThat(unbroken).as("tests that no defect breaks").isEmpty();
    assertThat(variants).extracting(SuiteVariant::what).doesNotHaveDuplicates();
    assertThat(variants).anyMatch(SuiteVariant::isSound);
  }
}
