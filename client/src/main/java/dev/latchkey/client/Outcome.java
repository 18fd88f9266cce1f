package dev.latchkey.client;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import org.jspecify.annotations.Nullable;

/** What came of asking for a reference: a value, no news, or a failure. */
sealed interface Outcome {
  /** Returns when the source was asked, in ticks. */
  long asked();

  /**
   * A value, sealed under the process key. Whoever keeps a hold of one looks at {@link #current}
   * before use, which spares the look-up.
   */
  final class Value implements Outcome {
    final ProcessKey.Sealed sealed;
    final long version;

    /** When the source last confirmed the version, in ticks. */
    volatile long confirmedAt;

    /** Why the value could not be renewed when it was last due; null if it could. */
    volatile @Nullable SecretException stale;

    /** False once the cache has dropped or replaced this value, or has not taken it. */
    volatile boolean current = true;

    /** The text itself, for a while, where the client was asked to hold it. */
    volatile @Nullable String plaintext;

    Value(ProcessKey.Sealed sealed, long version, long confirmedAt) {
      this.sealed = sealed;
      this.version = version;
      this.confirmedAt = confirmedAt;
    }

    @Override
    public long asked() {
      return confirmedAt;
    }
  }

  /**
   * The source said that the version which is held is still the one to use.
   *
   * @param asked when it was asked, in ticks
   */
  record Unchanged(long asked) implements Outcome {}

  /**
   * An answer that is not a value, kept for a moment so that a loop over a missing secret is not a
   * loop over the network.
   *
   * @param failure what to throw, anew each time
   * @param asked when the source was asked, in ticks
   * @param until when to ask again, in ticks
   */
  record Failure(SecretException failure, long asked, long until) implements Outcome {
    boolean sparesFormerValue() {
      return sparesFormerValue(failure);
    }

    /**
     * Tells whether a value that was served before may go on being served: the source could not be
     * asked, or gave something that cannot be opened or lacks the field. A token file that is being
     * replaced is a wrong setting for a moment.
     */
    static boolean sparesFormerValue(SecretException failure) {
      return failure instanceof SecretUnavailableException
          || failure instanceof SecretConfigurationException
          || failure instanceof SecretValueException
          || failure instanceof SecretDecryptionException;
    }
  }
}
