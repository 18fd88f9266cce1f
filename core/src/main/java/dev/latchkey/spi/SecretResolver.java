package dev.latchkey.spi;

import dev.latchkey.Registration;
import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Turns references into values. Implementations are thread-safe.
 *
 * <p>A reference that is {@linkplain SecretRef#optional optional} is resolved as any other: that a
 * missing secret is no error is the caller's affair.
 */
public interface SecretResolver extends AutoCloseable {
  /**
   * Returns the current value of a secret, or of a field of it, for the caller to close. May block
   * for as long as the resolver's own deadline.
   *
   * @throws SecretException of the subtype that says who has to act; a new one at each throw
   */
  SecretValue resolve(SecretRef ref);

  /**
   * Returns a view of the current text of a reference, for many reads. Each read is as if by {@link
   * #resolve} and throws what it throws; making the view asks for nothing. A resolver that caches
   * overrides this to skip its look-up.
   */
  default Supplier<String> text(SecretRef ref) {
    return () -> {
      try (SecretValue value = resolve(ref)) {
        return value.reveal();
      }
    };
  }

  /**
   * Fetches what is not at hand yet of many references, in as few requests as the source allows,
   * and returns the failures, one for each reference that failed, under the reference as it was
   * given. Throws none of them. The default resolves each.
   */
  default Map<SecretRef, SecretException> prefetch(Collection<SecretRef> refs) {
    Map<SecretRef, SecretException> failures = new LinkedHashMap<>();
    for (SecretRef ref : refs) {
      try {
        resolve(ref).close();
      } catch (SecretException e) {
        failures.put(ref, e);
      }
    }
    return failures;
  }

  /** Returns what is held for a reference, without asking the source. The default knows nothing. */
  default SecretStatus status(SecretRef ref) {
    return SecretStatus.NOT_LOADED;
  }

  /**
   * Registers a listener to be told each time that {@link #resolve} has begun to give another value
   * for a reference; the first one is no rotation. The listener is called on a thread of the
   * resolver's, one call at a time for each registration; it may block and may resolve. What it
   * throws is logged without its message and harms no other listener. The default never calls it.
   *
   * @return what ends the registration when it is closed
   */
  default Registration onRotation(SecretRef ref, Runnable listener) {
    return () -> {};
  }

  /**
   * Ends the resolver's threads and overwrites what it holds; values that it gave are their
   * callers' own. From then on {@link #resolve} and every view throw {@link
   * SecretUnavailableException}, {@link #prefetch} returns one for each reference, {@link #status}
   * knows nothing, and no listener is called any more, though registering and ending a registration
   * still throw nothing. Closing twice does nothing.
   */
  @Override
  void close();
}
