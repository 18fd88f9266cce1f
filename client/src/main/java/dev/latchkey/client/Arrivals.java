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

  /** How much of each kind is remembered, the latest of it. */
  private static final int MAX_REMEMBERED = 20_000;

  private final String project;
  private final Decryptor decryptor;
  private final ProcessKey key;
  private final DiskCopies copies;
  private final Scheduler scheduler;
  private final Notices notices;
  private final Duration maxStale;

  /** The highest version seen of each name: a source that goes back behind it is not believed. */
  private final Map<SecretName, Long> highest = latest();

  /** When the answer to a question was last confirmed, in ticks, so far as this process knows. */
  private final Map<SecretRef, Long> confirmed = latest();

  /** What ended the service of a secret, until it is given again. Guards what is kept on disk. */
  private final Map<SecretRef, Outcome.Failure> withdrawn = latest();

  /** Returns an empty map that remembers what was used last. */
  private static <K, V> Map<K, V> latest() {
    return Collections.synchronizedMap(
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MAX_REMEMBERED;
          }
        });
  }

  Arrivals(
      String project,
      Decryptor decryptor,
      ProcessKey key,
      DiskCopies copies,
      Scheduler scheduler,
      Notices notices,
      Duration maxStale) {
    this.project = project;
    this.decryptor = decryptor;
    this.key = key;
    this.copies = copies;
    this.scheduler = scheduler;
    this.notices = notices;
    this.maxStale = maxStale;
  }

  /**
   * Adds what is to be held for each of the references of a question. Tells whether what came could
   * be opened.
   *
   * @param asked when the question was asked, in ticks
   */
  boolean take(
      Question question, CiphertextAnswer answer, long asked, Map<SecretRef, Outcome> loaded) {
    CiphertextQuery query = question.query();
    if (answer instanceof CiphertextAnswer.Unchanged unchanged
        && query.knownVersion().orElse(0) == unchanged.version()) {
      for (SecretRef ref : question.refs()) {
        loaded.put(ref, new Outcome.Unchanged(asked));
      }
      confirmed.put(question.whole(), asked);
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
      Outcome.Failure end =
          isGiven(question, secret, asked) ? null : withdrawn.get(question.whole());
      for (SecretRef ref : question.refs()) {
        loaded.put(ref, end != null ? end : reseal(ref, value, secret.identity(), asked));
      }
    } finally {
      Arrays.fill(value, (byte) 0);
    }
    return true;
  }

  /**
   * Takes note of a value, and keeps its ciphertext; tells whether it is to be served. It is not
   * where the secret was withdrawn by an answer to a later question, which arrived before.
   */
  private boolean isGiven(Question question, SealedSecret secret, long asked) {
    synchronized (withdrawn) {
      Outcome.Failure end = withdrawn.get(question.whole());
      if (end != null && asked - end.asked() < 0) {
        return false;
      }
      withdrawn.remove(question.whole());
      confirmed.put(question.whole(), asked);
      copies.keep(question.query(), secret, asked);
      return true;
    }
  }

  /**
   * Adds the failure for each of the references of a question, or, for those that hold nothing, the
   * copy on disk where a value that is held would be served on. A copy is no better than that: what
   * the source withdrew is withdrawn on disk too, and a process without a token is given none.
   */
  void fail(Question question, SecretException e, long asked, Map<SecretRef, Outcome> loaded) {
    Outcome.Failure failure = failure(e, asked);
    boolean cold = false;
    for (SecretRef ref : question.refs()) {
      loaded.put(ref, failure);
      cold |= question.known(ref) == 0;
    }
    if (!failure.sparesFormerValue()) {
      synchronized (withdrawn) {
        withdrawn.put(question.whole(), failure);
        copies.drop(question.query());
      }
    } else if (cold && !(e instanceof SecretConfigurationException)) {
      copies.find(question.query()).ifPresent(kept -> serve(kept, question, e, loaded));
    }
  }

  private void serve(
      DiskCache.Kept kept, Question question, SecretException why, Map<SecretRef, Outcome> loaded) {
    Duration age = age(kept, question);
    if (age.compareTo(maxStale) >= 0 || withdrawn.containsKey(question.whole())) {
      return;
    }
    if (kept.secret().identity().version() < seen(question.query())) {
      return;
    }
    byte[] value;
    try {
      value = open(kept.secret());
    } catch (SecretException e) {
      return; // What failed first is what has to be mended.
    }
    long confirmedAt = scheduler.nanos() - age.toNanos();
    confirmed.put(question.whole(), confirmedAt);
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

  /** Returns how old a copy is: as the clock on the wall has it, or as this process remembers. */
  private Duration age(DiskCache.Kept kept, Question question) {
    Duration age = copies.age(kept).orElse(maxStale);
    Long known = confirmed.get(question.whole());
    if (known == null) {
      return age;
    }
    Duration remembered = Duration.ofNanos(scheduler.nanos() - known);
    return age.compareTo(remembered) > 0 ? age : remembered;
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
    long seen = seen(query);
    if (identity.version() < seen) {
      notices.tell(listener -> listener.rollbackRefused(identity.name(), identity.version(), seen));
      throw new SecretProtocolException(
          "The source went back to " + identity + ", after version " + seen + " was seen.",
          "If that is meant, create the old value as a new version"
              + (copies.exist() ? ", or empty the cache directory." : "."));
    }
  }

  /** Returns the highest version that was seen, by this process or one before it; 0 for a pin. */
  private long seen(CiphertextQuery query) {
    if (query.version().isPresent()) {
      return 0;
    }
    SecretName name = query.name();
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
