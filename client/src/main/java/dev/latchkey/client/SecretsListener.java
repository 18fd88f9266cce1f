package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;

/**
 * Told of what happens in a {@link SecretsClient}, for metrics, logs and alarms. Nothing that it is
 * given holds a value, a token or a key.
 *
 * <p>Implementations are thread-safe. They are called on the client's own threads, one change after
 * the other, and everything else that is to be told waits: one that blocks, or asks the client for
 * a secret, holds up fetches and refreshes until it returns, though no read of what is at hand.
 * What one throws is logged without its message and has no other effect. Each method does nothing
 * unless it is overridden.
 */
public interface SecretsListener {
  /** Called when a request to the source has ended. */
  default void fetched(FetchEvent event) {}

  /**
   * Called when another version of a secret has begun to be served.
   *
   * @param from the version that was served before
   * @param to the version that is served now
   */
  default void rotated(SecretRef ref, long from, long to) {}

  /**
   * Called when a value has begun to be served on though it could not be renewed.
   *
   * @param failure why it could not be renewed
   */
  default void stale(SecretRef ref, SecretException failure) {}

  /** Called when a value that was {@linkplain #stale stale} was renewed. */
  default void renewed(SecretRef ref) {}

  /**
   * Called when a value is not served any more: the secret is gone or denied, or could not be
   * renewed for too long, or made room for others while it was {@linkplain #stale stale}.
   *
   * @param failure what its readers get from now on, unless a new request gets the value
   */
  default void withdrawn(SecretRef ref, SecretException failure) {}

  /**
   * Called when the source gave an older version than it had given before, which was refused.
   *
   * @param version what the source gave
   * @param highest the highest version that was seen
   */
  default void rollbackRefused(SecretName name, long version, long highest) {}

  /** Called when the client stops asking a source that fails, tries it again, or resumes. */
  default void breakerChanged(BreakerState from, BreakerState to) {}
}
