package dev.latchkey.client;

import dev.latchkey.SecretUnavailableException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a source alone that has failed several times in a row, or that asked for a pause: who
 * wants something of it is told so at once. After a while one request finds out whether it is back;
 * each time that it is not, the pause doubles. Thread-safe.
 */
final class CircuitBreaker {
  /** How many failures in a row open the breaker: those of one request in all its tries. */
  static final int THRESHOLD = 4;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** What is believed of a source that asks for a pause: a mistaken header is no end of service. */
  private static final Duration LONGEST_ASKED_PAUSE = Duration.ofMinutes(5);

  private final Scheduler scheduler;
  private final SecretsListener listener;
  private final long probeNanos;

  private BreakerState state = BreakerState.CLOSED;
  private int failures;

  /** How often the breaker has opened since the source last answered. */
  private int openings;

  /**
   * Until when nobody asks: the end of the pause, or when the request that finds out is overdue.
   */
  private long until;

  private @Nullable SecretUnavailableException last;

  /**
   * Makes a closed breaker.
   *
   * @param probe how long a request may take
   */
  CircuitBreaker(Scheduler scheduler, SecretsListener listener, Duration probe) {
    this.scheduler = scheduler;
    this.listener = listener;
    this.probeNanos = probe.toNanos();
  }

  /**
   * Lets a request pass, which is to report how it ended. Tells whether it is the one that finds
   * out.
   *
   * @throws SecretUnavailableException if the source is to be left alone
   */
  boolean enter() {
    BreakerState former;
    synchronized (this) {
      former = state;
      if (former == BreakerState.CLOSED) {
        return false;
      }
      long left = until - scheduler.nanos();
      if (left > 0) {
        throw suppressed(left);
      }
      state = BreakerState.HALF_OPEN;
      until = scheduler.nanos() + probeNanos;
    }
    tell(former, BreakerState.HALF_OPEN);
    return true;
  }

  private SecretUnavailableException suppressed(long left) {
    if (last == null || state == BreakerState.HALF_OPEN) {
      return new SecretUnavailableException(
          "The source of the secrets failed, and is being tried again.", "Try again in a moment.");
    }
    Duration wait = Duration.ofNanos(left);
    return new SecretUnavailableException(
        last.problem() + " It is left alone for another " + (wait.toMillis() + 999) / 1000 + " s.",
        last.remedy(),
        wait);
  }

  /** Takes note that the source answered, be it with a refusal. */
  void succeeded() {
    BreakerState former;
    synchronized (this) {
      former = state;
      state = BreakerState.CLOSED;
      failures = 0;
      openings = 0;
      last = null;
    }
    tell(former, BreakerState.CLOSED);
  }

  /** Takes note of a failure; tells whether the source is now left alone. */
  boolean failed(SecretUnavailableException failure) {
    BreakerState former;
    synchronized (this) {
      last = failure;
      failures++;
      former = state;
      if (former == BreakerState.CLOSED && failures < THRESHOLD) {
        return false;
      }
      // The other requests that were under way when it opened say nothing new.
      if (former == BreakerState.OPEN) {
        return true;
      }
      open(Math.max(Scheduler.jitter(pause()), askedPause(failure)));
    }
    tell(former, BreakerState.OPEN);
    return true;
  }

  /** Leaves the source alone for as long as it {@linkplain #askedPause asked}. */
  void pauseFor(long nanos) {
    BreakerState former;
    synchronized (this) {
      former = state;
      open(nanos);
    }
    tell(former, BreakerState.OPEN);
  }

  /** Takes note that a request ended without saying anything of the source. */
  void abandoned() {
    synchronized (this) {
      if (state != BreakerState.HALF_OPEN) {
        return;
      }
      state = BreakerState.OPEN;
      until = scheduler.nanos();
    }
    tell(BreakerState.HALF_OPEN, BreakerState.OPEN);
  }

  /**
   * Returns for how long a failed source asked to be left alone, within reason; 0 if it did not.
   */
  static long askedPause(SecretUnavailableException failure) {
    Duration asked = failure.retryAfter().orElse(Duration.ZERO);
    if (asked.isNegative()) {
      return 0;
    }
    return asked.compareTo(LONGEST_ASKED_PAUSE) < 0
        ? asked.toNanos()
        : LONGEST_ASKED_PAUSE.toNanos();
  }

  private void open(long nanos) {
    state = BreakerState.OPEN;
    openings++;
    until = scheduler.nanos() + nanos;
  }

  private long pause() {
    long pause = FIRST_PAUSE.toNanos() << Math.min(openings, 10);
    return Math.min(pause, LONGEST_PAUSE.toNanos());
  }

  private void tell(BreakerState from, BreakerState to) {
    if (from != to) {
      listener.breakerChanged(from, to);
    }
  }
}
