package dev.latchkey;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a resolver holds for a reference. Immutable and thread-safe.
 *
 * @param state whether a value is at hand
 * @param version the version at hand, if any
 * @param age how long ago the source last confirmed the version, if one is at hand
 */
public record SecretStatus(State state, OptionalLong version, Optional<Duration> age) {
  /** Whether a value is at hand. */
  public enum State {
    /** Not asked for yet, or no longer held: the next use fetches it. */
    NOT_LOADED,
    /** At hand, and confirmed by the source when it was last due. */
    FRESH,
    /** At hand, but the source could not be asked when it was last due. */
    STALE
  }

  /** What is said of a reference that nothing is held for. */
  public static final SecretStatus NOT_LOADED =
      new SecretStatus(State.NOT_LOADED, OptionalLong.empty(), Optional.empty());
}
