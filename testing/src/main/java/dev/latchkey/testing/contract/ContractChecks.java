package dev.latchkey.testing.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.latchkey.SecretException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What all suites have in common. Knows core alone, as the suites of core's SPIs do. */
final class ContractChecks {
  private ContractChecks() {}

  /** Asserts that a failure says what failed, as a sentence, and what to do. */
  static void assertSpeaksPlainly(SecretException e) {
    assertTrue(e.problem().endsWith("."), e.problem());
    assertTrue(e.remedy().endsWith("."), e.remedy());
  }

  /** Runs tasks at once, each waiting for the start, and rethrows what one of them threw. */
  static void runTogether(List<Callable<Void>> tasks, CountDownLatch start) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (Callable<Void> task : tasks) {
        running.add(threads.submit(task));
      }
      start.countDown();
      for (Future<Void> task : running) {
        task.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
