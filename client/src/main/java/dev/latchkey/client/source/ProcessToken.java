package dev.latchkey.client.source;

import java.time.Instant;

/**
 * A token that a service made for one process: with it that process reads the secrets that it was
 * made for, and nothing else, until it expires or is revoked. Immutable and thread-safe.
 */
public final class ProcessToken {
  private final String text;
  private final String id;
  private final Instant expiresAt;

  ProcessToken(String text, String id, Instant expiresAt) {
    this.text = text;
    this.id = id;
    this.expiresAt = expiresAt;
  }

  /** Returns what the service, its audit log and messages call the token; no secret. */
  public String id() {
    return id;
  }

  /** Returns when the token ends by itself, as of when it was made. */
  public Instant expiresAt() {
    return expiresAt;
  }

  /** Returns the token itself, for {@code LATCHKEY_TOKEN} of the process: a secret. */
  public String reveal() {
    return text;
  }

  /** Returns all but the token itself. */
  @Override
  public String toString() {
    return "ProcessToken[" + id + ", expires " + expiresAt + "]";
  }
}
