package dev.latchkey.client;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes of an answer what the cache holds: a ciphertext is checked against the question, opened
 * once, its fields taken and sealed again under the process key, and the plaintext overwritten.
 */
final class Arrivals {
  private final String project;
  private final Decryptor decryptor;
  private final ProcessKey key;
  private final long keepFailureNanos;

  /** The highest version seen of each name: a source that goes back behind it is not believed. */
  private final Map<SecretName, Long> highest = new ConcurrentHashMap<>();

  Arrivals(String project, Decryptor decryptor, ProcessKey key, Duration keepFailure) {
    this.project = project;
    this.decryptor = decryptor;
    this.key = key;
    this.keepFailureNanos = keepFailure.toNanos();
  }

  /**
   * Returns what is to be held for each of the references that a query was asked for.
   *
   * @param now when it was asked, in ticks
   */
  Map<SecretRef, Outcome> take(
      CiphertextQuery query, CiphertextAnswer answer, List<SecretRef> refs, long now) {
    Map<SecretRef, Outcome> held = new LinkedHashMap<>();
    if (answer instanceof CiphertextAnswer.Unchanged unchanged
        && query.knownVersion().orElse(0) == unchanged.version()) {
      refs.forEach(ref -> held.put(ref, new Outcome.Unchanged(now)));
      return held;
    }
    SealedSecret secret;
    byte[] value;
    try {
      secret = sealed(query, answer);
      value = open(secret);
      if (query.version().isEmpty()) {
        // Only now: a claim that does not open would have the true versions refused.
        highest.merge(secret.identity().name(), secret.identity().version(), Math::max);
      }
    } catch (SecretException e) {
      refs.forEach(ref -> held.put(ref, kept(e, now)));
      return held;
    }
    try {
      for (SecretRef ref : refs) {
        held.put(ref, reseal(ref, value, secret.identity(), now));
      }
    } finally {
      Arrays.fill(value, (byte) 0);
    }
    return held;
  }

  private Outcome.Failure kept(SecretException failure, long now) {
    return new Outcome.Failure(failure, now, now + keepFailureNanos);
  }

  private SealedSecret sealed(CiphertextQuery query, CiphertextAnswer answer) {
    if (answer instanceof CiphertextAnswer.Sealed sealed) {
      check(query, sealed.secret().identity());
      return sealed.secret();
    }
    if (answer instanceof CiphertextAnswer.Unchanged) {
      throw new SecretProtocolException(
          "The source said that '"
              + query.name()
              + "' is unchanged at a version that is not the known one.",
          "Report this to whoever runs it.");
    }
    if (answer instanceof CiphertextAnswer.Damaged damaged) {
      throw damaged.failure();
    }
    String which =
        "'"
            + query.name()
            + "'"
            + (query.version().isPresent() ? " version " + query.version().getAsLong() : "")
            + " in project '"
            + project
            + "'";
    if (answer instanceof CiphertextAnswer.NotFound notFound) {
      throw new SecretNotFoundException(
          "No secret named " + which + ".",
          notFound
              .nearest()
              .map(name -> "Nearest name: " + name + ".")
              .orElse("Create it, or correct the name."));
    }
    throw new SecretAccessDeniedException(
        "This process may not read the secret " + which + ".",
        "Bind the secret to the app, or have its token made for this secret too.");
  }

  /** Refuses an answer to another question, and one that takes a newer version back. */
  private void check(CiphertextQuery query, SecretIdentity identity) {
    boolean asked =
        identity.project().equals(project)
            && identity.name().equals(query.name())
            && query.version().orElse(identity.version()) == identity.version();
    if (!asked) {
      throw new SecretProtocolException(
          "The source gave another secret than '" + query.name() + "', which was asked for.",
          "Report this to whoever runs it.");
    }
    long seen = query.version().isEmpty() ? highest.getOrDefault(identity.name(), 0L) : 0;
    if (identity.version() < seen) {
      throw new SecretProtocolException(
          "The source went back to " + identity + ", after version " + seen + " was seen.",
          "If that is meant, create the old value as a new version.");
    }
  }

  private byte[] open(SealedSecret secret) {
    try {
      return Objects.requireNonNull(decryptor.open(secret));
    } catch (SecretException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      // What a decryptor of another maker throws may hold anything.
      throw new SecretDecryptionException(
          "The decryptor failed on " + secret.identity() + " with " + e.getClass().getName() + ".",
          "Report this to its maker.");
    }
  }

  private Outcome reseal(SecretRef ref, byte[] value, SecretIdentity identity, long now) {
    if (ref.field().isEmpty()) {
      return new Outcome.Value(key.seal(value), identity.version(), now);
    }
    byte[] field;
    try {
      field = Fields.take(value, ref.field().get(), identity.toString());
    } catch (SecretException e) {
      return kept(e, now);
    }
    try {
      return new Outcome.Value(key.seal(field), identity.version(), now);
    } finally {
      Arrays.fill(field, (byte) 0);
    }
  }
}
