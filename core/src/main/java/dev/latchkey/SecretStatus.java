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
 * @param problem why the version could not be renewed when it was last due, if it is {@link
 *     State#STALE}; as safe to show as the message of a {@link SecretException}
 */
public record SecretStatus(
    State state, OptionalLong version, Optional<Duration> age, Optional<String> problem) {
  /** Whether a value is at hand. */
  public enum State {
    /** Not asked for yet, or no longer held: the next use fetches it. */
    NOT_LOADED,
    /** At hand, and confirmed by the source when it was last due. */
    FRESH,
    /** At hand, but it could not be renewed when it was last due. */
    STALE
  }

  /** What is said of a reference that nothing is held for. */
  public static final SecretStatus NOT_LOADED =
      new SecretStatus(State.NOT_LOADED, OptionalLong.empty(), Optional.empty(), Optional.empty());
}
