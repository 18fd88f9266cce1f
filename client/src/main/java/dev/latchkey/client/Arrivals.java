package dev.latchkey.client;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.store.DiskCache;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Makes of an answer what the cache holds: a ciphertext is checked against the question, opened
 * once, its fields taken and sealed again under the process key, and the plaintext overwritten.
 */
final class Arrivals {
  private static final long KEEP_FAILURE_NANOS = Duration.ofSeconds(5).toNanos();

  /** Of how many names the highest version is remembered: more than are ever held. */
  private static final int MAX_SEEN = 20_000;

  private final String project;
  private final Decryptor decryptor;
  private final ProcessKey key;
  private final DiskCopies copies;
  private final Scheduler scheduler;
  private final SecretsListener listener;
  private final Duration maxStale;

  /** The highest version seen of each name: a source that goes back behind it is not believed. */
  private final Map<SecretName, Long> highest =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<SecretName, Long> eldest) {
              return size() > MAX_SEEN;
            }
          });

  Arrivals(
      String project,
      Decryptor decryptor,
      ProcessKey key,
      DiskCopies copies,
      Scheduler scheduler,
      SecretsListener listener,
      Duration maxStale) {
    this.project = project;
    this.decryptor = decryptor;
    this.key = key;
    this.copies = copies;
    this.scheduler = scheduler;
    this.listener = listener;
    this.maxStale = maxStale;
  }

  /**
   * Adds what is to be held for each of the references of a question; nothing for those that hold
   * less than the version which is unchanged. Tells whether what came could be opened.
   *
   * @param asked when the question was asked, in ticks
   */
  boolean take(
      Question question, CiphertextAnswer answer, long asked, Map<SecretRef, Outcome> loaded) {
    CiphertextQuery query = question.query();
    if (answer instanceof CiphertextAnswer.Unchanged unchanged
        && query.knownVersion().orElse(0) == unchanged.version()) {
      for (SecretRef ref : question.refs()) {
        if (question.known(ref) == unchanged.version()) {
          loaded.put(ref, new Outcome.Unchanged(asked));
        }
      }
      copies.confirm(query, asked);
      return true;
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
      fail(question, e, asked, loaded);
      return !(e instanceof SecretDecryptionException);
    }
    try {
      for (SecretRef ref : question.refs()) {
        loaded.put(ref, reseal(ref, value, secret.identity(), asked));
      }
    } finally {
      Arrays.fill(value, (byte) 0);
    }
    copies.keep(query, secret, asked);
    return true;
  }

  /**
   * Adds the failure for each of the references of a question, or, for those that hold nothing, the
   * copy on disk where a value that is held would be served on. A copy is no better than that: what
   * the source withdrew is withdrawn on disk too.
   */
  void fail(Question question, SecretException e, long asked, Map<SecretRef, Outcome> loaded) {
    Outcome.Failure failure = failure(e, asked);
    boolean cold = false;
    for (SecretRef ref : question.refs()) {
      loaded.put(ref, failure);
      cold |= question.known(ref) == 0;
    }
    if (!failure.sparesFormerValue()) {
      copies.drop(question.query());
    } else if (cold) {
      copies.find(question.query()).ifPresent(kept -> serve(kept, question, e, loaded));
    }
  }

  private void serve(
      DiskCache.Kept kept, Question question, SecretException why, Map<SecretRef, Outcome> loaded) {
    Duration age = copies.age(kept).orElse(maxStale);
    if (age.compareTo(maxStale) >= 0) {
      return;
    }
    byte[] value;
    try {
      check(question.query(), kept.secret().identity());
      value = open(kept.secret());
    } catch (SecretException e) {
      return; // What failed first is what has to be mended.
    }
    long confirmedAt = scheduler.nanos() - age.toNanos();
    try {
      for (SecretRef ref : question.refs()) {
        Outcome copy = reseal(ref, value, kept.secret().identity(), confirmedAt);
        if (question.known(ref) == 0 && copy instanceof Outcome.Value served) {
          served.stale = why;
          loaded.put(ref, served);
        }
      }
    } finally {
      Arrays.fill(value, (byte) 0);
    }
  }

  /** An answer is kept for a moment. That there was none is not: the next caller asks again. */
  private Outcome.Failure failure(SecretException e, long asked) {
    boolean answered =
        !(e instanceof SecretConfigurationException)
            && (!(e instanceof SecretUnavailableException) || e instanceof SecretProtocolException);
    long now = scheduler.nanos();
    return new Outcome.Failure(e, asked, answered ? now + KEEP_FAILURE_NANOS : now);
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
    long seen = query.version().isEmpty() ? seen(identity.name()) : 0;
    if (identity.version() < seen) {
      listener.rollbackRefused(identity.name(), identity.version(), seen);
      throw new SecretProtocolException(
          "The source went back to " + identity + ", after version " + seen + " was seen.",
          "If that is meant, create the old value as a new version.");
    }
  }

  /** Returns the highest version that was seen, by this process or one before it. */
  private long seen(SecretName name) {
    Long seen = highest.get(name);
    if (seen == null) {
      seen = copies.highest(name);
      highest.merge(name, seen, Math::max);
    }
    return seen;
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

  private Outcome reseal(SecretRef ref, byte[] value, SecretIdentity identity, long asked) {
    if (ref.field().isEmpty()) {
      return new Outcome.Value(key.seal(value), identity.version(), asked);
    }
    byte[] field;
    try {
      field = Fields.take(value, ref.field().get(), identity.toString());
    } catch (SecretException e) {
      return failure(e, asked);
    }
    try {
      return new Outcome.Value(key.seal(field), identity.version(), asked);
    } finally {
      Arrays.fill(field, (byte) 0);
    }
  }
}
