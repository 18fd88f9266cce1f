package dev.latchkey.client;

import dev.latchkey.Registration;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client holds: takes the outcomes of requests, and tells what of them may be used. Reading
 * takes no lock; taking does, so that of two outcomes about one reference the newer one stays.
 */
final class Holdings {
  /** Beyond this many refusals at once, somebody asks for names at random. */
  private static final int MAX_FAILURES = 1_000;

  private final ValueCache values;
  private final Map<SecretRef, Outcome.Failure> failures = new ConcurrentHashMap<>();
  private final Rotations rotations;
  private final LongSupplier ticker;
  private final long maxStaleNanos;
  private boolean closed;

  Holdings(ValueCache values, Rotations rotations, LongSupplier ticker, Duration maxStale) {
    this.values = values;
    this.rotations = rotations;
    this.ticker = ticker;
    this.maxStaleNanos = maxStale.toNanos();
  }

  Outcome.@Nullable Value value(SecretRef ref) {
    return values.get(ref);
  }

  /** Returns what may be used: a value, or a failure that is still to be believed. */
  @Nullable Outcome usable(SecretRef ref) {
    Outcome.Value value = values.get(ref);
    if (value != null) {
      return value;
    }
    Outcome.Failure failure = failures.get(ref);
    return failure == null || isOver(failure) ? null : failure;
  }

  private boolean isOver(Outcome.Failure failure) {
    return failure.until() - ticker.getAsLong() <= 0;
  }

  /** Takes what came of a request, for everybody to see from now on. */
  synchronized void accept(SecretRef ref, Outcome outcome) {
    Outcome.Value former = values.get(ref);
    if (closed || (former != null && isOvertaken(outcome, former))) {
      if (outcome instanceof Outcome.Value value) {
        value.current = false; // So that nobody who waited for it keeps it.
      }
    } else if (outcome instanceof Outcome.Value value) {
      failures.remove(ref);
      values.put(ref, value);
      rotations.arrived(ref, value.version);
    } else if (outcome instanceof Outcome.Failure failure) {
      accept(ref, former, failure);
    } else if (former != null) {
      former.confirmedAt = outcome.asked();
      former.fresh = true;
    }
  }

  private void accept(SecretRef ref, Outcome.@Nullable Value former, Outcome.Failure failure) {
    if (former != null && failure.sparesFormerValue() && !isTooOld(former)) {
      former.fresh = false;
      return;
    }
    values.remove(ref);
    if (isOver(failure)) {
      return;
    }
    if (failures.size() >= MAX_FAILURES) {
      failures.clear();
    }
    failures.put(ref, failure);
  }

  /**
   * Tells whether what came took so long that what is held meanwhile is newer. Two requests can be
   * about one reference: a caller's, and a refresh for a listener.
   */
  private static boolean isOvertaken(Outcome outcome, Outcome.Value held) {
    return outcome instanceof Outcome.Value value
        ? value.version < held.version
        : outcome.asked() - held.confirmedAt < 0;
  }

  private boolean isTooOld(Outcome.Value value) {
    return ticker.getAsLong() - value.confirmedAt > maxStaleNanos;
  }

  /**
   * Drops values that have not been confirmed for too long, whatever the source is doing.
   *
   * @param unanswered whether the source owes an answer since the last time
   */
  synchronized void expire(boolean unanswered) {
    values.forEach(
        (ref, value) -> {
          if (unanswered) {
            value.fresh = false;
          }
          if (isTooOld(value)) {
            values.remove(ref);
          }
        });
    failures.values().removeIf(this::isOver);
  }

  /** Returns what to ask the source about: each reference, and the version held of it or 0. */
  Map<SecretRef, Long> known() {
    Map<SecretRef, Long> known = new LinkedHashMap<>();
    rotations.refs().forEach(ref -> known.put(ref, 0L));
    values.forEach((ref, value) -> known.put(ref, value.version));
    return known;
  }

  SecretStatus status(SecretRef ref) {
    Outcome.Value value = values.get(ref);
    if (value == null) {
      return SecretStatus.NOT_LOADED;
    }
    return new SecretStatus(
        value.fresh ? SecretStatus.State.FRESH : SecretStatus.State.STALE,
        OptionalLong.of(value.version),
        Optional.of(Duration.ofNanos(ticker.getAsLong() - value.confirmedAt)));
  }

  /** Registers a listener for versions that come after the one that is held. */
  synchronized Registration listen(SecretRef ref, Runnable listener) {
    Outcome.Value value = values.get(ref);
    return rotations.add(ref, value == null ? 0 : value.version, listener);
  }

  /** Drops everything, and takes nothing any more. Tells whether this was the first time. */
  synchronized boolean close() {
    boolean first = !closed;
    closed = true;
    values.clear();
    failures.clear();
    return first;
  }
}
