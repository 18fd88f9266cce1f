package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one request at the source that it answers when there is news, so that a rotation arrives at
 * once and an idle client asks nothing else. A round asks for what is held at its beginning; when
 * that changes, it is given up and the next one begins.
 *
 * <p>Where the source, or a proxy before it, answers without news before its time, rounds begin as
 * far apart as refreshes: the watch has become polling. A round that fails is followed by a plain
 * request, whose outcome counts.
 */
final class Watch {
  /** Shorter than what proxies commonly allow a request to take. */
  static final Duration HOLD = Duration.ofSeconds(25);

  /** Lets the secrets that a starting process reads come together. */
  private static final long SETTLE_NANOS = Duration.ofMillis(500).toNanos();

  /** Keeps a source that has news all the time from being asked all the time. */
  private static final long GAP_NANOS = Duration.ofMillis(20).toNanos();

  private final Holdings holdings;
  private final Loader loader;
  private final Scheduler scheduler;
  private final ExecutorService executor;
  private final Duration hold;
  private final long freshNanos;

  private volatile Map<SecretRef, Long> asked = Map.of();
  private @Nullable Future<?> round;
  private boolean planned;

  /**
   * Makes a watch that begins when something is held.
   *
   * @param fresh how far apart the rounds begin where the source does not hold them
   */
  Watch(
      Holdings holdings,
      Loader loader,
      Scheduler scheduler,
      ExecutorService executor,
      Duration fresh) {
    this.holdings = holdings;
    this.loader = loader;
    this.scheduler = scheduler;
    this.executor = executor;
    this.hold = fresh.compareTo(HOLD) < 0 ? fresh : HOLD;
    this.freshNanos = fresh.toNanos();
  }

  /** Returns what needs no other request to be renewed. */
  Set<SecretRef> covered() {
    return asked.keySet();
  }

  /** Looks at whether the round under way still asks for what is held. */
  void check() {
    if (!planned() && !holdings.watchable().equals(asked)) {
      plan(SETTLE_NANOS);
    }
  }

  private synchronized boolean planned() {
    return planned;
  }

  private synchronized void plan(long delayNanos) {
    if (!planned) {
      planned = true;
      scheduler.schedule(this::begin, delayNanos);
    }
  }

  private synchronized void begin() {
    planned = false;
    if (round != null) {
      round.cancel(true);
      round = null;
    }
    Map<SecretRef, Long> next = holdings.watchable();
    asked = next;
    if (!next.isEmpty()) {
      try {
        round = executor.submit(() -> run(next));
      } catch (RejectedExecutionException e) {
        asked = Map.of(); // The client is closed.
      }
    }
  }

  private void run(Map<SecretRef, Long> asking) {
    long begun = scheduler.nanos();
    try {
      Map<SecretRef, Outcome> loaded = load(asking);
      if (Thread.currentThread().isInterrupted()) {
        return; // Given up for another round: failures are ours, and news comes again.
      }
      holdings.acceptAll(loaded);
    } catch (RuntimeException | Error e) {
      // The next round has to come; the message is not ours and may hold anything.
      System.getLogger(Watch.class.getName())
          .log(System.Logger.Level.ERROR, "A watch failed with {0}.", e.getClass().getName());
    }
    long elapsed = scheduler.nanos() - begun;
    if (!holdings.watchable().equals(asking)) {
      plan(GAP_NANOS);
    } else if (elapsed >= hold.toNanos() / 2) {
      plan(0);
    } else {
      plan(Math.max(GAP_NANOS, Scheduler.jitter(freshNanos) - elapsed));
    }
  }

  private Map<SecretRef, Outcome> load(Map<SecretRef, Long> asking) {
    try {
      return loader.watch(asking, hold);
    } catch (SecretException e) {
      return Thread.currentThread().isInterrupted()
          ? Map.of()
          : loader.load(FetchEvent.Kind.REFRESH, asking);
    }
  }
}
