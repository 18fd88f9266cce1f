package dev.latchkey.client;

import dev.latchkey.SecretRef;
import dev.latchkey.client.source.CiphertextSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is held up to date: by a {@link Watch} where the source can hold a request, and by
 * asking from time to time for all that no watch covers.
 */
final class Refresher {
  private final Holdings holdings;
  private final Notices notices;
  private final Loader loader;
  private final Scheduler scheduler;
  private final ClientThreads threads;
  private final long periodNanos;
  private final long overdueNanos;
  private final @Nullable Watch watch;

  /** Whether a refresh is under way. */
  private final AtomicBoolean refreshing = new AtomicBoolean();

  /**
   * Makes a refresher that begins at {@link #scheduleNext}.
   *
   * @param fresh how long after a look the source is asked again at the latest
   * @param timeout how long a request may take
   */
  Refresher(
      CiphertextSource source,
      Holdings holdings,
      Notices notices,
      Loader loader,
      Scheduler scheduler,
      ClientThreads threads,
      Duration fresh,
      Duration timeout) {
    this.holdings = holdings;
    this.notices = notices;
    this.loader = loader;
    this.scheduler = scheduler;
    this.threads = threads;
    this.periodNanos = fresh.toNanos();
    this.overdueNanos = 2 * Math.max(fresh.toNanos(), timeout.toNanos());
    this.watch =
        source.canHold()
            ? new Watch(holdings, loader, scheduler, threads.watch, fresh, timeout)
            : null;
  }

  /** Plans the next look. */
  void scheduleNext() {
    // Not all at once, where many processes have started together.
    scheduler.schedule(this::tick, Scheduler.jitter(periodNanos));
  }

  /** Looks at whether what is held is what the source is asked for. */
  void check() {
    if (watch != null) {
      watch.check();
    }
  }

  /**
   * Drops what is too old, and has the source asked. Nothing here waits for the source or for a
   * listener: one that never answers must not keep values alive.
   */
  void tick() {
    try {
      holdings.expire();
      threads.requests.execute(notices::tell);
      Map<SecretRef, Long> due = holdings.known();
      if (watch != null) {
        due.keySet().removeAll(watch.covered());
      }
      if (due.isEmpty()) {
        return;
      }
      if (refreshing.compareAndSet(false, true)) {
        threads.requests.execute(() -> refresh(due));
      } else {
        threads.requests.execute(() -> holdings.overdue(due.keySet(), overdueNanos));
      }
    } catch (RejectedExecutionException e) {
      // The client is closed.
    } finally {
      scheduleNext();
    }
  }

  /** Asks the source about all that is held or listened for. */
  void refresh() {
    refresh(holdings.known());
  }

  private void refresh(Map<SecretRef, Long> due) {
    try {
      holdings.acceptAll(loader.load(FetchEvent.Kind.REFRESH, due));
      check();
    } catch (RuntimeException | Error e) {
      // The next refresh has to come; the message is not ours and may hold anything.
      System.getLogger(Refresher.class.getName())
          .log(System.Logger.Level.ERROR, "A refresh failed with {0}.", e.getClass().getName());
    } finally {
      refreshing.set(false);
    }
  }
}
