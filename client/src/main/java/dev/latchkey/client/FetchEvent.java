package dev.latchkey.client;

import dev.latchkey.SecretException;
import java.time.Duration;
import java.util.Optional;

/**
 * A finished request to the source, its retries included. Immutable and thread-safe.
 *
 * @param kind why it was made
 * @param secrets how many secrets it asked for, 1 to 100
 * @param tries how often it was sent, from 1; 0 where it was not, because the breaker is open
 * @param duration from its beginning to its end, pauses between tries included
 * @param failure why there was no answer; empty where there was one, whatever it says of each
 *     secret
 */
public record FetchEvent(
    Kind kind, int secrets, int tries, Duration duration, Optional<SecretException> failure) {
  /** Why a request was made. */
  public enum Kind {
    /** Somebody waits for a secret that is not at hand. */
    FETCH,
    /** What is at hand may no longer be the newest. */
    REFRESH,
    /** The source is to answer when there is news; ends without any after a while. */
    WATCH
  }
}
