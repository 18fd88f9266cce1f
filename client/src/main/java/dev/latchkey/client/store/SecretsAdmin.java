package dev.latchkey.client.store;

import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretValue;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import dev.latchkey.spi.Suggestions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Creates, replaces, deletes and lists secrets: a store, and the sealer that values pass through on
 * their way into it. Thread-safe if both are, which it does not close.
 */
public final class SecretsAdmin {
  /**
   * How often a write that lost to another writer looks again. Each loss is another's success, so
   * that the writers together never stand still; the bound is for a store that misreports.
   */
  private static final int ATTEMPTS = 1_000;

  private final SecretStore store;
  private final Sealer sealer;
  private final Clock clock;

  /** Makes an admin whose versions bear the system's time. */
  public SecretsAdmin(SecretStore store, Sealer sealer) {
    this(store, sealer, Clock.systemUTC());
  }

  /** Makes an admin whose versions bear the given clock's time. */
  public SecretsAdmin(SecretStore store, Sealer sealer, Clock clock) {
    this.store = store;
    this.sealer = sealer;
    this.clock = clock;
  }

  /**
   * Creates a secret, and returns what is now known of it.
   *
   * @param value not closed
   * @throws SecretConflictException if the secret exists
   * @throws SecretException if the store cannot be read or written
   */
  public StoredSecret create(SecretName name, SecretValue value) {
    return write(
        name,
        old -> {
          if (old.isPresent()) {
            throw new SecretConflictException(
                "A secret named '"
                    + old.get().name()
                    + "' exists in project '"
                    + store.project()
                    + "' already.",
                "Replace its value, or choose another name.");
          }
        },
        value);
  }

  /**
   * Gives a secret a new value, and returns what is now known of it. Of two replacements at once
   * both succeed, one after the other.
   *
   * @param value not closed
   * @throws SecretNotFoundException if no such secret exists
   * @throws SecretException if the store cannot be read or written
   */
  public StoredSecret replace(SecretName name, SecretValue value) {
    return write(name, old -> requireLive(name, old), value);
  }

  /**
   * Creates a secret, or gives it a new value if it exists, and returns what is now known of it.
   *
   * @param value not closed
   * @throws SecretException if the store cannot be read or written
   */
  public StoredSecret put(SecretName name, SecretValue value) {
    return write(name, old -> {}, value);
  }

  /**
   * Deletes a secret: from now on it is not found, in any version.
   *
   * @throws SecretNotFoundException if no such secret exists
   * @throws SecretException if the store cannot be read or written
   */
  public void delete(SecretName name) {
    retrying(
        name,
        (old, next) -> {
          requireLive(name, old);
          store.delete(name, next, clock.instant());
          return next;
        });
  }

  /**
   * Returns the secrets that exist, by name.
   *
   * @throws SecretException if the store cannot be read
   */
  public List<StoredSecret> list() {
    return store.list();
  }

  private interface Precondition {
    void check(Optional<StoredSecret> live);
  }

  private interface Attempt<T> {
    T run(Optional<StoredSecret> live, long nextVersion);
  }

  private StoredSecret write(SecretName name, Precondition precondition, SecretValue value) {
    return retrying(
        name,
        (old, next) -> {
          precondition.check(old);
          Instant now = clock.instant();
          var identity = new SecretIdentity(store.project(), name, next);
          store.append(new SealedSecret(identity, sealer.seal(identity, value.bytes()), now));
          return new StoredSecret(
              name, next, false, old.map(StoredSecret::createdAt).orElse(now), now);
        });
  }

  private <T> T retrying(SecretName name, Attempt<T> attempt) {
    SecretConflictException conflict = null;
    long tried = 0;
    for (int i = 0; ; i++) {
      Optional<StoredSecret> known = store.find(name);
      long newest = known.map(StoredSecret::version).orElse(0L);
      if (newest == Long.MAX_VALUE) {
        throw new SecretProtocolException(
            "The versions of '" + name + "' in project '" + store.project() + "' are used up.",
            "Find out who wrote a version with the highest number, and use another name.");
      }
      long next = newest + 1;
      // Where nobody has written since, the conflict is with what is there, not with a writer.
      if (conflict != null && (next == tried || i == ATTEMPTS)) {
        throw conflict;
      }
      tried = next;
      try {
        return attempt.run(known.filter(secret -> !secret.deleted()), next);
      } catch (SecretConflictException e) {
        conflict = e;
      }
    }
  }

  private void requireLive(SecretName name, Optional<StoredSecret> live) {
    if (live.isEmpty()) {
      String nearest =
          Suggestions.nearest(
                  name.toString(), store.list().stream().map(s -> s.name().toString()).toList())
              .map(other -> "Nearest name: " + other + ".")
              .orElse("Look at the list of secrets for its name.");
      throw new SecretNotFoundException(
          "No secret named '" + name + "' in project '" + store.project() + "'.", nearest);
    }
  }
}
