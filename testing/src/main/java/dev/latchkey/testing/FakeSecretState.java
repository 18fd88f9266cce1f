package dev.latchkey.testing;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretBinding;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One fake secret: what its source has, and what the process holds of it. It follows the rules of a
 * real client: what is held is served on in an outage, for a time, and ends when it is denied. Not
 * thread-safe: {@link FakeResolver} locks it.
 */
final class FakeSecretState {
  /** What its source does when it is asked. */
  enum Source {
    ANSWERS,
    FAILS,
    DENIES,
    HAS_NONE
  }

  /** As good as for ever, and far from what a number of nanoseconds cannot hold. */
  private static final Duration LONGEST = Duration.ofDays(365 * 100);

  final SecretBinding binding;
  private final List<SecretValue> versions = new ArrayList<>();
  private final long firstVersion;
  private Source source = Source.ANSWERS;
  private long delay;
  private int arrived;
  private long arrival;
  private boolean held;
  private long outage;

  FakeSecretState(SecretBinding binding, SecretValue value) {
    this.binding = binding;
    firstVersion = binding.ref().version().orElse(1);
    versions.add(value);
  }

  List<SecretValue> versions() {
    return versions;
  }

  /** Adds a version; it arrives after the delay, once the source answers. */
  void add(SecretValue value, long now) {
    versions.add(value);
    arrival = now + delay;
  }

  /** Takes what is due; returns whether what the process reads is another version now. */
  boolean arrive(long now) {
    int newest = binding.ref().version().isPresent() ? 0 : versions.size() - 1;
    if (source != Source.ANSWERS || arrived == newest || now - arrival < 0) {
      return false;
    }
    arrived = newest;
    return true;
  }

  void set(Source source, long now) {
    if (source == Source.FAILS && this.source != Source.FAILS) {
      outage = now;
    }
    if (source == Source.DENIES || source == Source.HAS_NONE) {
      held = false;
    }
    this.source = source;
  }

  void setDelay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("A delay is not negative.");
    }
    this.delay = delay.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : delay.toNanos();
  }

  /** Ends all that was set, so that what is due arrives now. */
  void restore(long now) {
    set(Source.ANSWERS, now);
    delay = 0;
    arrival = now;
  }

  /** Returns how long a read takes that begins now; only what is not held is asked for. */
  long delay() {
    return held ? 0 : delay;
  }

  /** Returns the value, a copy; the time that its read takes has passed. */
  SecretValue read(long now) {
    expire(now);
    if (!held) {
      switch (source) {
        case FAILS -> throw unavailable();
        case DENIES ->
            throw new SecretAccessDeniedException(
                "Access to " + what() + " is denied by this test.",
                "FakeSecrets.restore allows it again.");
        case HAS_NONE ->
            throw new SecretNotFoundException(
                "There is no fake secret '"
                    + binding.ref().name()
                    + "' any more: this test has deleted it.",
                "FakeSecrets.restore brings it back.");
        default -> held = true;
      }
    }
    return SecretValue.copyOf(versions.get(arrived).bytes());
  }

  private void expire(long now) {
    if (source == Source.FAILS && now - outage > FakeSecrets.MAX_STALE.toNanos()) {
      held = false;
    }
  }

  private SecretUnavailableException unavailable() {
    return new SecretUnavailableException(
        "The source of " + what() + " is made unavailable by this test.",
        "FakeSecrets.restore ends that.");
  }

  SecretUnavailableException timedOut() {
    return new SecretUnavailableException(
        "The source of "
            + what()
            + " did not answer within "
            + FakeSecrets.TIMEOUT.toSeconds()
            + " s of the test's clock.",
        "FakeSecrets.restore ends the delay.");
  }

  private String what() {
    return "the fake secret '" + binding.ref().name() + "'";
  }

  SecretStatus status(long now) {
    expire(now);
    if (!held) {
      return SecretStatus.NOT_LOADED;
    }
    boolean stale = source == Source.FAILS;
    return new SecretStatus(
        stale ? SecretStatus.State.STALE : SecretStatus.State.FRESH,
        OptionalLong.of(firstVersion + arrived),
        Optional.of(Duration.ofNanos(stale ? now - outage : 0)),
        stale ? Optional.ofNullable(unavailable().getMessage()) : Optional.empty());
  }

  /** Tells whether a reference is the one that the variable is bound by. */
  boolean isFor(SecretRef ref) {
    return binding.ref().asRequired().equals(ref.asRequired());
  }

  void wipe() {
    held = false;
    versions.forEach(SecretValue::close);
  }

  /** Returns the text that a process has which is started now; empty where that cannot be. */
  Optional<String> variable() {
    try {
      return Optional.of(versions.get(arrived).reveal()).filter(text -> text.indexOf('\0') < 0);
    } catch (SecretValueException e) {
      return Optional.empty();
    }
  }
}
