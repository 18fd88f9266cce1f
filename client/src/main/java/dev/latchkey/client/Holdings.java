package dev.latchkey.client;

import dev.latchkey.Registration;
import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.FetchRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Scheduler scheduler;
  private final Notices notices;
  private final Duration maxStale;

  private boolean closed;

  Holdings(
      ValueCache values,
      Rotations rotations,
      Scheduler scheduler,
      Notices notices,
      Duration maxStale) {
    this.values = values;
    this.rotations = rotations;
    this.scheduler = scheduler;
    this.notices = notices;
    this.maxStale = maxStale;
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
    return failure.until() - scheduler.nanos() <= 0;
  }

  /** Takes what came of a request, each reference's outcome by itself. */
  void acceptAll(Map<SecretRef, Outcome> outcomes) {
    for (Map.Entry<SecretRef, Outcome> each : outcomes.entrySet()) {
      accept(each.getKey(), each.getValue());
    }
  }

  /** Takes what came of asking for a reference, for everybody to see from now on. */
  void accept(SecretRef ref, Outcome outcome) {
    synchronized (this) {
      Outcome.Value former = values.get(ref);
      SecretException formerly = former == null ? null : former.stale;
      take(ref, former, outcome);
      note(ref, former, formerly, values.get(ref), outcome);
      noteEvicted();
    }
    notices.tell();
  }

  private void take(SecretRef ref, Outcome.@Nullable Value former, Outcome outcome) {
    if (closed || isOvertaken(ref, former, outcome)) {
      if (outcome instanceof Outcome.Value value) {
        value.current = false; // So that nobody who waited for it keeps it.
      }
    } else if (outcome instanceof Outcome.Value value) {
      // In this order, so that a reader finds one of the two and asks for nothing.
      values.put(ref, value);
      failures.remove(ref);
      rotations.arrived(ref, value.version);
    } else if (outcome instanceof Outcome.Failure failure) {
      fail(ref, former, failure);
    } else if (former != null) {
      former.confirmedAt = outcome.asked();
      former.stale = null;
    }
  }

  private void fail(SecretRef ref, Outcome.@Nullable Value former, Outcome.Failure failure) {
    if (former != null && failure.sparesFormerValue() && !isTooOld(former)) {
      former.stale = failure.failure();
      return;
    }
    if (!isOver(failure)) {
      if (failures.size() >= MAX_FAILURES) {
        failures.clear();
      }
      // Before the value goes, so that a reader finds one of the two and asks for nothing.
      failures.put(ref, failure);
    }
    values.remove(ref);
  }

  /**
   * Tells whether what came took so long that what is held or refused meanwhile is newer. Two
   * requests can be about one reference: a caller's, and a refresh for a listener.
   */
  private boolean isOvertaken(SecretRef ref, Outcome.@Nullable Value held, Outcome outcome) {
    if (held == null) {
      Outcome.Failure refusal = failures.get(ref);
      return refusal != null && outcome.asked() - refusal.asked() < 0;
    }
    if (outcome instanceof Outcome.Value value && value.version != held.version) {
      return value.version < held.version;
    }
    return outcome.asked() - held.confirmedAt < 0;
  }

  private boolean isTooOld(Outcome.Value value) {
    return scheduler.nanos() - value.confirmedAt > maxStale.toNanos();
  }

  private void note(
      SecretRef ref,
      Outcome.@Nullable Value former,
      @Nullable SecretException formerly,
      Outcome.@Nullable Value now,
      Outcome outcome) {
    if (now == null) {
      if (former != null && outcome instanceof Outcome.Failure failure) {
        notices.note(listener -> listener.withdrawn(ref, failure.failure()));
      }
      return;
    }
    if (former != null && former.version != now.version) {
      notices.note(listener -> listener.rotated(ref, former.version, now.version));
    }
    SecretException stale = now.stale;
    if (stale != null && formerly == null) {
      notices.note(listener -> listener.stale(ref, stale));
    } else if (stale == null && formerly != null) {
      notices.note(listener -> listener.renewed(ref));
    }
  }

  /** What was stale when room was made for others is not stale any more. */
  private void noteEvicted() {
    for (ValueCache.Evicted each; (each = values.pollEvictedStale()) != null; ) {
      ValueCache.Evicted evicted = each;
      notices.note(listener -> listener.withdrawn(evicted.ref(), evicted.why()));
    }
  }

  /**
   * Drops values that have not been confirmed for too long, whatever the source is doing. Tells
   * nobody: that is for a thread which may be held up.
   */
  synchronized void expire() {
    values.forEach(
        (ref, value) -> {
          if (isTooOld(value)) {
            values.remove(ref);
            var failure =
                new SecretUnavailableException(
                    "The source has not confirmed '" + ref.name() + "' for longer than is allowed.",
                    "Look at why the source cannot be reached, or allow more by"
                        + " LATCHKEY_MAX_STALE.");
            notices.note(listener -> listener.withdrawn(ref, failure));
          }
        });
    failures.values().removeIf(this::isOver);
  }

  /**
   * Marks values whose renewal is overdue, since the source gives no answer at all.
   *
   * @param longerThan how long ago they were confirmed at least, in ticks
   */
  void overdue(Collection<SecretRef> refs, long longerThan) {
    var failure =
        new SecretUnavailableException(
            "The source has not answered since it was last asked.", "Look at what it waits for.");
    long now = scheduler.nanos();
    for (SecretRef ref : refs) {
      Outcome.Value value = values.get(ref);
      if (value != null && now - value.confirmedAt > longerThan) {
        accept(ref, new Outcome.Failure(failure, now, now));
      }
    }
  }

  /** Returns all that is held or listened for: each reference, and the version held of it or 0. */
  Map<SecretRef, Long> known() {
    Map<SecretRef, Long> known = new LinkedHashMap<>();
    rotations.refs().forEach(ref -> known.put(ref, 0L));
    values.forEach((ref, value) -> known.put(ref, value.version));
    return known;
  }

  /**
   * Returns what a source can be asked to hold its answer for, with the versions: what is listened
   * for and what is bound, as far as it goes into one request. Without what could not be renewed,
   * which the source has news of all the time; a flood of other names changes none of it.
   */
  Map<SecretRef, Long> watchable() {
    Map<SecretRef, Long> watchable = new LinkedHashMap<>();
    Set<SecretRef> secrets = new HashSet<>();
    for (SecretRef ref : rotations.refs()) {
      Outcome.Value value = values.get(ref);
      if (value != null) {
        addWatchable(ref, value, watchable, secrets);
      }
    }
    values.forEachStaying((ref, value) -> addWatchable(ref, value, watchable, secrets));
    return watchable;
  }

  private static void addWatchable(
      SecretRef ref, Outcome.Value value, Map<SecretRef, Long> watchable, Set<SecretRef> secrets) {
    SecretRef secret = ref.asWhole();
    boolean fits = secrets.size() < FetchRequest.MAX_QUERIES || secrets.contains(secret);
    if (value.stale == null && fits) {
      secrets.add(secret);
      watchable.put(ref, value.version);
    }
  }

  SecretStatus status(SecretRef ref) {
    Outcome.Value value = values.get(ref);
    if (value == null) {
      return SecretStatus.NOT_LOADED;
    }
    SecretException stale = value.stale;
    return new SecretStatus(
        stale == null ? SecretStatus.State.FRESH : SecretStatus.State.STALE,
        OptionalLong.of(value.version),
        Optional.of(Duration.ofNanos(scheduler.nanos() - value.confirmedAt)),
        stale == null ? Optional.empty() : Optional.ofNullable(stale.getMessage()));
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
