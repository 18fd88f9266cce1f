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

  private final long overdueNanos;

  private volatile Map<SecretRef, Long> asked = Map.of();
  private volatile long begunAt;

  /** How many rounds have begun: what tells one that was given up from the latest. */
  private volatile int rounds;

  private @Nullable Future<?> round;
  private boolean planned;

  /**
   * Makes a watch that begins when something is held.
   *
   * @param fresh how far apart the rounds begin where the source does not hold them
   * @param timeout how long a request may take that is not held
   */
  Watch(
      Holdings holdings,
      Loader loader,
      Scheduler scheduler,
      ExecutorService executor,
      Duration fresh,
      Duration timeout) {
    this.holdings = holdings;
    this.loader = loader;
    this.scheduler = scheduler;
    this.executor = executor;
    this.hold = fresh.compareTo(HOLD) < 0 ? fresh : HOLD;
    this.freshNanos = fresh.toNanos();
    this.overdueNanos = 2 * Math.max(fresh.toNanos(), timeout.plus(hold).toNanos());
  }

  /** Returns what needs no other request to be renewed: nothing if the source never answers. */
  Set<SecretRef> covered() {
    return scheduler.nanos() - begunAt > overdueNanos ? Set.of() : asked.keySet();
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
    Map<SecretRef, Long> next = holdings.watchable();
    int number = ++rounds;
    begunAt = scheduler.nanos();
    asked = next;
    if (round != null) {
      round.cancel(true);
      round = null;
    }
    if (!next.isEmpty()) {
      try {
        round = executor.submit(() -> run(next, number));
      } catch (RejectedExecutionException e) {
        asked = Map.of(); // The client is closed.
      }
    }
  }

  private void run(Map<SecretRef, Long> asking, int number) {
    long begun = scheduler.nanos();
    Map<SecretRef, Outcome> loaded = Map.of();
    try {
      loaded = load(asking, number);
      if (!finish(number)) {
        return; // Given up for another: failures are ours, and news comes again.
      }
      holdings.acceptAll(loaded);
    } catch (RuntimeException | Error e) {
      // The next round has to come; the message is not ours and may hold anything.
      System.getLogger(Watch.class.getName())
          .log(System.Logger.Level.ERROR, "A watch failed with {0}.", e.getClass().getName());
    }
    if (number != rounds) {
      return;
    }
    long elapsed = scheduler.nanos() - begun;
    if (!holdings.watchable().equals(asking) || hasFailure(loaded)) {
      // A failure may not have counted, where a value was confirmed while the request was held.
      plan(GAP_NANOS);
    } else if (elapsed >= hold.toNanos() / 2) {
      plan(0);
    } else {
      plan(Math.max(GAP_NANOS, Scheduler.jitter(freshNanos) - elapsed));
    }
  }

  private Map<SecretRef, Outcome> load(Map<SecretRef, Long> asking, int number) {
    try {
      return loader.watch(asking, hold);
    } catch (SecretException e) {
      return number == rounds ? loader.load(FetchEvent.Kind.REFRESH, asking) : Map.of();
    }
  }

  private static boolean hasFailure(Map<SecretRef, Outcome> loaded) {
    for (Outcome outcome : loaded.values()) {
      if (outcome instanceof Outcome.Failure) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether a round is the latest, which from then on is not interrupted any more. */
  private synchronized boolean finish(int number) {
    if (number != rounds) {
      return false;
    }
    round = null;
    return true;
  }
}
