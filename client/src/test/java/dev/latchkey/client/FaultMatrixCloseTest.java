package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.SecretException;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.FaultServer.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers that are interrupted, and clients that are closed, while the service takes its time. */
@Timeout(30)
class FaultMatrixCloseTest {
  /** The first try of a request, which is held, has half of it. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String CLOSED =
      "The secrets client is closed. Make another, or close it later.";

  private final Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
  private final CountDownLatch answer = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    answer.countDown();
  }

  /** A thread that reads, and what it got. */
  private static final class Reader {
    final CompletableFuture<String> value = new CompletableFuture<>();
    final CompletableFuture<SecretException> failure = new CompletableFuture<>();
    volatile boolean flag;
    private final Thread thread;

    Reader(FaultRig rig) {
      thread =
          new Thread(
              () -> {
                SecretException thrown =
                    catchThrowableOfType(
                        SecretException.class,
                        () -> value.complete(rig.client.text(FaultRig.REF).get()));
                flag = Thread.currentThread().isInterrupted();
                failure.complete(thrown);
              },
              "reader");
      thread.start();
    }

    /** Waits until the thread waits. */
    Reader waiting() {
      FaultRig.until(() -> thread.getState() == Thread.State.TIMED_WAITING);
      return this;
    }

    Duration interrupt() throws Exception {
      long start = System.nanoTime();
      thread.interrupt();
      failure.get(10, TimeUnit.SECONDS);
      return Duration.ofNanos(System.nanoTime() - start);
    }
  }

  private void holdAnswers(FaultRig rig) {
    rig.server.fault(
        (a, q) -> {
          if (!q.queries().isEmpty()) {
            answer.await();
          }
        });
  }

  private enum Interrupted {
    THE_FIRST,
    A_WAITER
  }

  @ParameterizedTest(name = "the first reader is interrupted / {0} / cold")
  @EnumSource
  void get_firstInterrupted_endsAtOnceAlone(Wire wire) throws Exception {
    assertEndsAtOnceAlone(wire, Interrupted.THE_FIRST);
  }

  @ParameterizedTest(name = "a waiting reader is interrupted / {0} / cold")
  @EnumSource
  void get_waiterInterrupted_endsAtOnceAlone(Wire wire) throws Exception {
    assertEndsAtOnceAlone(wire, Interrupted.A_WAITER);
  }

  private void assertEndsAtOnceAlone(Wire wire, Interrupted which) throws Exception {
    try (var rig = new FaultRig(new FaultRig.Options(wire).timeout(PATIENCE))) {
      holdAnswers(rig);
      var first = new Reader(rig);
      FaultRig.until(() -> rig.requests() == 1);
      List<Reader> others = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        others.add(new Reader(rig).waiting());
      }
      Reader interrupted = which == Interrupted.THE_FIRST ? first : others.remove(1);
      if (which == Interrupted.A_WAITER) {
        others.add(first);
      }

      // Some ten milliseconds; the machine may be busy.
      assertThat(interrupted.interrupt()).isLessThan(Duration.ofSeconds(1));

      assertThat(rig.noted(interrupted.failure.get()))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage("The thread was interrupted while it waited for 'my-secret'.");
      assertThat(interrupted.flag).isTrue();
      answer.countDown();
      for (Reader other : others) {
        assertThat(other.value.get(10, TimeUnit.SECONDS))
            .isEqualTo(FaultServer.value(FaultRig.VERSION));
        assertThat(other.failure.get(10, TimeUnit.SECONDS)).isNull();
        assertThat(other.flag).isFalse();
      }
      assertThat(rig.requests()).isEqualTo(1);
      rig.assertNothingShows();
    }
  }

  @ParameterizedTest(name = "closed during a fetch / {0} / cold")
  @EnumSource
  void close_duringAFetch_endsIt(Wire wire) throws Exception {
    try (var rig = new FaultRig(new FaultRig.Options(wire).timeout(PATIENCE))) {
      holdAnswers(rig);
      var reader = new Reader(rig);
      FaultRig.until(() -> rig.requests() == 1);
      assertCloses(rig, reader);
    }
  }

  @ParameterizedTest(name = "closed in a pause between tries / {0} / cold")
  @EnumSource
  void close_inAPause_endsIt(Wire wire) throws Exception {
    var options = new FaultRig.Options(wire).realTime(Duration.ofSeconds(60));
    try (var rig = new FaultRig(options)) {
      rig.server.fault((a, q) -> a.code(503).setHeader("Retry-After", "20"));
      var reader = new Reader(rig);
      FaultRig.until(() -> rig.pauses().size() == 1);
      assertCloses(rig, reader);
    }
  }

  @ParameterizedTest(name = "closed during a refresh / {0} / cached")
  @EnumSource
  void close_duringARefresh_endsIt(Wire wire) throws Exception {
    try (var rig = new FaultRig(new FaultRig.Options(wire).timeout(PATIENCE))) {
      rig.read();
      rig.server.put("my-secret", FaultRig.VERSION + 1);
      holdAnswers(rig);
      rig.time.advance(Duration.ofSeconds(60));
      FaultRig.until(() -> rig.requests() == 2);
      assertCloses(rig, null);
    }
  }

  @ParameterizedTest(name = "closed during a watch / {0} / cached")
  @EnumSource
  void close_duringAWatch_endsIt(Wire wire) throws Exception {
    try (var rig = new FaultRig(new FaultRig.Options(wire).watching())) {
      rig.read();
      holdAnswers(rig);
      rig.time.advance(Duration.ofSeconds(1));
      FaultRig.until(() -> rig.requests() == 2);
      assertCloses(rig, null);
    }
  }

  @ParameterizedTest(name = "closed in real time / {0} / cached")
  @EnumSource
  void close_inRealTime_endsTheTimerToo(Wire wire) throws Exception {
    var options = new FaultRig.Options(wire).realTime(Duration.ofSeconds(10));
    try (var rig = new FaultRig(options)) {
      rig.read();
      assertCloses(rig, null);
    }
  }

  /** The wait ends and says why; what comes late is not taken, and no thread is left. */
  private void assertCloses(FaultRig rig, @org.jspecify.annotations.Nullable Reader reader)
      throws Exception {
    int requests = rig.requests();
    long start = System.nanoTime();
    rig.client.close();
    if (reader != null) {
      assertThat(rig.noted(reader.failure.get(10, TimeUnit.SECONDS)))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(CLOSED);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    answer.countDown();
    for (Thread thread : clientThreads()) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as("%s", thread).isFalse();
    }
    assertThat(clientThreads()).isEmpty();
    assertThat(rig.status()).isEqualTo(SecretStatus.NOT_LOADED);
    assertThat(rig.fail(FaultRig.REF))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage(CLOSED);
    assertThat(rig.requests()).isEqualTo(requests);
    rig.assertNothingShows();
  }

  /** A thread of the client is called by the address that it asks, while it does so. */
  private List<Thread> clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .filter(t -> t.getName().startsWith("latchkey-") || t.getName().startsWith("OkHttp http"))
        .toList();
  }
}
