package dev.latchkey.testing.contract;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.latchkey.Registration;
import dev.latchkey.SecretRef;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a resolver promises of its listeners; a part of {@link SecretResolverContract}. */
abstract class ResolverRotationContract extends ResolverFixture {
  private final BlockingQueue<String> given = new LinkedBlockingQueue<>();

  @Test
  void onRotation_rotated_tellsOnceForEachValueAfterTheFirst() {
    assume(ResolverExtra.ROTATION);
    put("my-secret", "one");
    listen(REF.asOptional(), given);
    assertEquals("one", text(REF));
    BlockingQueue<String> late = new LinkedBlockingQueue<>();
    listen(REF, late);
    for (String value : List.of("two", "three", "four")) {
      put("my-secret", value);
      assertEquals(value, next(given));
      assertEquals(value, next(late));
    }
  }

  @Test
  void onRotation_rotated_tellsOnAThreadOfTheResolvers() {
    assume(ResolverExtra.ROTATION);
    putAndRead();
    BlockingQueue<Thread> told = new LinkedBlockingQueue<>();
    onRotation(REF, () -> told.add(Thread.currentThread()));
    put("my-secret", "two");
    assertNotSame(Thread.currentThread(), next(told));
  }

  @Test
  void onRotation_otherSecret_tellsNothing() {
    assume(ResolverExtra.ROTATION);
    putAndRead();
    put("other", "one");
    assertEquals("one", text(ref("other")));
    var told = new AtomicInteger();
    onRotation(ref("other"), told::incrementAndGet);
    listen(REF, given);
    rotateTwice();
    assertEquals(0, told.get(), "A secret that did not change was told of as changed.");
  }

  @Test
  void onRotation_pinned_tellsNothing() {
    assume(ResolverExtra.ROTATION);
    putAndRead();
    SecretRef pinned = REF.withVersion(1);
    assertEquals("one", text(pinned));
    var told = new AtomicInteger();
    onRotation(pinned, told::incrementAndGet);
    listen(REF, given);
    rotateTwice();
    assertEquals(0, told.get(), "A version, which never changes, was told of as changed.");
  }

  @Test
  void onRotation_listenerBlocks_isOneCallAtATimeAndHoldsUpNoOther() {
    assume(ResolverExtra.ROTATION);
    putAndRead();
    var entered = new Semaphore(0);
    var release = new CountDownLatch(1);
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    onRotation(
        REF,
        () -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          entered.release();
          awaitUninterruptibly(release);
          inside.decrementAndGet();
        });
    listen(REF, given);
    try {
      assertTimeoutPreemptively(PATIENCE, this::rotateTwice);
      acquire(entered);
    } finally {
      release.countDown();
    }
    acquire(entered);
    assertEquals(1, most.get(), "A listener was called by two threads at once.");
  }

  @Test
  void onRotation_listenerThrows_harmsNoOther() {
    assume(ResolverExtra.ROTATION);
    putAndRead();
    var thrown = new Semaphore(0);
    Runnable failing =
        () -> {
          thrown.release();
          throw new IllegalStateException("meant to be thrown");
        };
    Runnable broken =
        () -> {
          thrown.release();
          throw new AssertionError("meant to be thrown");
        };
    onRotation(REF, failing);
    onRotation(REF, broken);
    listen(REF, given);
    onRotation(REF, failing);
    for (String value : List.of("two", "three")) {
      assertDoesNotThrow(() -> put("my-secret", value));
      assertEquals(value, next(given));
      for (int i = 0; i < 3; i++) {
        acquire(thrown);
      }
    }
  }

  @Test
  void onRotation_closed_tellsTheOthersAlone() {
    assume(ResolverExtra.ROTATION);
    putAndRead();
    var told = new AtomicInteger();
    Registration closed = onRotation(REF, told::incrementAndGet);
    listen(REF, given);
    closed.close();
    closed.close();
    rotateTwice();
    assertEquals(0, told.get(), "A listener was called after the end of its registration.");
  }

  @Test
  void onRotation_sameListenerTwice_isTwoRegistrations() {
    assume(ResolverExtra.ROTATION);
    putAndRead();
    Runnable listener = () -> given.add(text(REF));
    Registration first = onRotation(REF, listener);
    onRotation(REF, listener);
    put("my-secret", "two");
    assertEquals("two", next(given));
    assertEquals("two", next(given));
    first.close();
    first.close();
    for (String value : List.of("three", "four")) {
      put("my-secret", value);
      assertEquals(value, next(given));
    }
  }

  private void putAndRead() {
    put("my-secret", "one");
    assertEquals("one", text(REF));
  }

  /** Writes two more versions, each after a listener has been given the one before. */
  private void rotateTwice() {
    for (String value : List.of("two", "three")) {
      put("my-secret", value);
      assertEquals(value, next(given));
    }
  }
}
