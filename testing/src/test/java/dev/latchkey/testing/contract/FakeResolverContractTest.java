package dev.latchkey.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;

import dev.latchkey.SecretName;
import dev.latchkey.spi.SecretResolver;
import dev.latchkey.testing.ContractFakes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/**
 * The resolver of fakes keeps the contract, with the exceptions that FakeSecrets' Javadoc names: it
 * takes no fields out of values; and its listeners are called by the thread that rotates, which
 * plays the source's part, so that a test need not wait for them. The promises that this breaks are
 * overridden here with what is kept instead.
 */
class FakeResolverContractTest extends SecretResolverContract {
  private final ContractFakes fakes = new ContractFakes();

  @Override
  protected SecretResolver resolver() {
    return fakes.resolver();
  }

  @Override
  protected void put(String name, byte[] value) {
    fakes.put(SecretName.parse(name), value);
  }

  @Override
  protected Set<ResolverExtra> lacking() {
    return Set.of(ResolverExtra.FIELDS);
  }

  /** On the thread that rotates, before that has ended. */
  @Test
  @Override
  void onRotation_rotated_tellsOnAThreadOfTheResolvers() {
    put("my-secret", "one");
    List<Thread> told = new ArrayList<>();
    onRotation(REF, () -> told.add(Thread.currentThread()));
    put("my-secret", "two");
    assertEquals(List.of(Thread.currentThread()), told);
  }

  /** One call at a time, also when two threads rotate; it holds up the others. */
  @Test
  @Override
  void onRotation_listenerBlocks_isOneCallAtATimeAndHoldsUpNoOther() {
    put("my-secret", "one");
    put("my-secret", "two");
    var entered = new Semaphore(0);
    var release = new CountDownLatch(1);
    onRotation(
        REF,
        () -> {
          entered.release();
          awaitUninterruptibly(release);
        });
    var given = new LinkedBlockingQueue<String>();
    listen(REF, given);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      threads.execute(() -> put("my-secret", "three"));
      acquire(entered);
      threads.execute(() -> put("my-secret", "four"));
      await(() -> text(REF), "four");
      assertNotTold(entered, "A listener was called by two threads at once.");
    } finally {
      release.countDown();
      threads.shutdown();
    }
    acquire(entered);
    assertEquals("four", next(given));
    assertEquals("four", next(given));
  }

  /** All are called, and the first failure is thrown with the others in it. */
  @Test
  @Override
  void onRotation_listenerThrows_harmsNoOther() {
    put("my-secret", "one");
    var broken = new AssertionError("meant to be thrown");
    var failing = new IllegalStateException("meant to be thrown");
    var given = new LinkedBlockingQueue<String>();
    onRotation(
        REF,
        () -> {
          throw broken;
        });
    onRotation(
        REF,
        () -> {
          throw failing;
        });
    listen(REF, given);
    Throwable thrown = assertThrowsExactly(AssertionError.class, () -> put("my-secret", "two"));
    assertSame(broken, thrown);
    assertEquals(List.of(failing), List.of(thrown.getSuppressed()));
    assertEquals("two", next(given));
  }
}
