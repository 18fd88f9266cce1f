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
  private final Notices notices;
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
  CircuitBreaker(Scheduler scheduler, Notices notices, Duration probe) {
    this.scheduler = scheduler;
    this.notices = notices;
    this.probeNanos = probe.toNanos();
  }

  /**
   * Lets a request pass, which is to report how it ended. Tells whether it is the one that finds
   * out.
   *
   * @throws SecretUnavailableException if the source is to be left alone
   */
  boolean enter() {
    synchronized (this) {
      if (state == BreakerState.CLOSED) {
        return false;
      }
      long left = until - scheduler.nanos();
      if (left > 0) {
        throw suppressed(left);
      }
      change(BreakerState.HALF_OPEN);
      until = scheduler.nanos() + probeNanos;
    }
    notices.tell();
    return true;
  }

  private SecretUnavailableException suppressed(long left) {
    if (last == null || state == BreakerState.HALF_OPEN) {
      return new SecretUnavailableException(
          "The source of the secrets failed, and is being tried again.", "Try again in a moment.");
    }
    long seconds = (Duration.ofNanos(left).toMillis() + 999) / 1000;
    return last.withProblem(last.problem() + " It is left alone for another " + seconds + " s.");
  }

  /** Takes note that the source answered, be it with a refusal. */
  void succeeded() {
    synchronized (this) {
      change(BreakerState.CLOSED);
      failures = 0;
      openings = 0;
      last = null;
    }
    notices.tell();
  }

  /**
   * Takes note of a failure; tells whether the source is now left alone, for as long as it asked to
   * be or longer.
   *
   * @param atOnce whether to leave it alone though it has not failed often
   */
  boolean failed(SecretUnavailableException failure, boolean atOnce) {
    synchronized (this) {
      last = failure;
      failures++;
      if (state == BreakerState.CLOSED && failures < THRESHOLD && !atOnce) {
        return false;
      }
      long now = scheduler.nanos();
      long pause = askedPause(failure);
      if (state == BreakerState.OPEN) {
        // What else was under way when it opened says nothing new.
        pause = Math.max(pause, until - now);
      } else {
        pause = Math.max(pause, Scheduler.jitter(pause()));
        openings++;
      }
      until = now + pause;
      change(BreakerState.OPEN);
    }
    notices.tell();
    return true;
  }

  /** Takes note that a request ended without saying anything of the source. */
  void abandoned() {
    synchronized (this) {
      if (state == BreakerState.HALF_OPEN) {
        change(BreakerState.OPEN);
        until = scheduler.nanos();
      }
    }
    notices.tell();
  }

  private void change(BreakerState to) {
    BreakerState from = state;
    if (from != to) {
      state = to;
      notices.note(listener -> listener.breakerChanged(from, to));
    }
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

  private long pause() {
    long pause = FIRST_PAUSE.toNanos() << Math.min(openings, 10);
    return Math.min(pause, LONGEST_PAUSE.toNanos());
  }
}
