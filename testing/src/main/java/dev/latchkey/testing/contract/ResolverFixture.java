package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.ContractChecks.assertSpeaksPlainly;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.latchkey.Registration;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.spi.SecretResolver;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A resolver, secrets that it finds, and what the suite for resolvers looks at them with. */
abstract class ResolverFixture {
  static final Duration PATIENCE = Duration.ofSeconds(10);
  static final String CANARY = "contract-canary-91ab";
  static final SecretRef REF = ref("my-secret");

  SecretResolver resolver;
  private final List<Registration> registrations = new ArrayList<>();

  /** Returns a new resolver over no secrets. Called once a test; the suite closes it. */
  protected abstract SecretResolver resolver();

  /**
   * Writes the next version of a secret, 1 first, to where the resolver of this test finds it. What
   * was resolved before may go on being served for up to five seconds.
   *
   * @param name the name, the same for all versions
   * @param value not kept
   */
  protected abstract void put(String name, byte[] value);

  /** Returns what the resolver does without. The default is nothing. */
  protected Set<ResolverExtra> lacking() {
    return Set.of();
  }

  @BeforeEach
  final void makeResolver() {
    resolver = resolver();
  }

  @AfterEach
  final void closeResolver() {
    registrations.forEach(Registration::close);
    resolver.close();
  }

  final void assume(ResolverExtra extra) {
    assumeFalse(lacking().contains(extra), () -> "The resolver does without " + extra + ".");
  }

  final void put(String name, String value) {
    put(name, value.getBytes(StandardCharsets.UTF_8));
  }

  static SecretRef ref(String name) {
    return SecretRef.parseShort(name);
  }

  final byte[] bytes(SecretRef ref) {
    try (SecretValue value = resolver.resolve(ref)) {
      return value.bytes().clone();
    }
  }

  final String text(SecretRef ref) {
    return new String(bytes(ref), StandardCharsets.UTF_8);
  }

  /** Registers a listener that resolves the reference each time, and adds what it was given. */
  final Registration listen(SecretRef ref, BlockingQueue<String> given) {
    return onRotation(ref, () -> given.add(text(ref)));
  }

  /** Registers a listener until the end of the test at the latest. */
  final Registration onRotation(SecretRef ref, Runnable listener) {
    Registration registration = resolver.onRotation(ref, listener);
    registrations.add(registration);
    return registration;
  }

  final SecretNotFoundException assertNotFound(SecretRef ref) {
    SecretNotFoundException thrown = assertFails(SecretNotFoundException.class, ref);
    assertNamed(ref, thrown);
    return thrown;
  }

  final <E extends SecretException> E assertFails(Class<E> type, SecretRef ref) {
    E thrown = assertThrowsExactly(type, () -> resolver.resolve(ref).close());
    assertSilent(thrown);
    return thrown;
  }

  static void assertNamed(SecretRef ref, SecretException thrown) {
    assertSilent(thrown);
    assertTrue(
        thrown.problem().contains(ref.name().toString()), "The message does not name the secret.");
  }

  /** Asserts that a failure is told plainly, and that no value is in it or in what caused it. */
  static void assertSilent(SecretException thrown) {
    assertSpeaksPlainly(thrown);
    var trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    assertFalse(
        trace.toString().contains(CANARY.substring(1)), "The value is in a message or a cause's.");
  }

  /** Looks until a view reads a value, which a resolver may learn of by asking now and then. */
  static void await(Supplier<String> view, String value) {
    long begun = System.nanoTime();
    while (!view.get().equals(value)) {
      assertTrue(System.nanoTime() - begun < PATIENCE.toNanos(), "The new value is not given.");
      LockSupport.parkNanos(1_000_000);
    }
  }

  static <T> T next(BlockingQueue<T> queue) {
    T next = assertDoesNotThrow(() -> queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertNotEquals(null, next, "The listener was not told, or could not resolve.");
    return next;
  }

  static void acquire(Semaphore told) {
    assertTrue(
        assertDoesNotThrow(() -> told.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)),
        "The listener was not told.");
  }

  static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // The resolver may be closing; the test ends the wait.
      }
    }
  }
}
