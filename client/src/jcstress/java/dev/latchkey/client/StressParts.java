package dev.latchkey.client;

import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import java.time.Duration;
import java.util.concurrent.Executor;

/** What the races are about, made anew for each try of one, and what all of them can share. */
final class StressParts {
  static final SecretRef REF = SecretRef.parseShort("my-secret");

  private static final ProcessKey.Sealed SEALED = new ProcessKey().seal(new byte[] {1});
  private static final SecretsListener NOBODY = new SecretsListener() {};

  @SuppressWarnings("StaticAssignmentOfThrowable") // Never thrown itself, and costly to make.
  private static final SecretNotFoundException GONE = new SecretNotFoundException("Gone.", "");

  private StressParts() {}

  /** Holds up to 64 references, which are never evicted. */
  static Holdings staying(Executor listeners) {
    return holdings(128, listeners, NOBODY);
  }

  /** Holds the same, and tells a listener what changes. */
  static Holdings told(SecretsListener listener) {
    return holdings(128, Runnable::run, listener);
  }

  /** Holds a reference where it can be evicted. */
  static Holdings evictable() {
    return holdings(1, Runnable::run, NOBODY);
  }

  private static Holdings holdings(int maxEntries, Executor listeners, SecretsListener listener) {
    return new Holdings(
        new ValueCache(maxEntries, 1 << 20),
        new Rotations(listeners),
        new StillTime(),
        new Notices(listener),
        Duration.ofDays(1));
  }

  static Outcome.Value value(long version, long asked) {
    return new Outcome.Value(SEALED, version, asked);
  }

  /** The answer that there is no such secret, to be believed for a while. */
  static Outcome.Failure gone(long asked) {
    return new Outcome.Failure(GONE, asked, 1_000_000);
  }

  /** Tells of a value whether it is still to be used, and whether its text is still there. */
  static String state(Outcome.Value value) {
    return (value.current ? "current" : "retired") + (value.plaintext == null ? "" : " with text");
  }
}
