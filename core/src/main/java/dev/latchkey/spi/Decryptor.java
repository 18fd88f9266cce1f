package dev.latchkey.spi;

import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretUnavailableException;

/**
 * Opens what a {@link Sealer} sealed. Implementations are thread-safe; they are called once for
 * each ciphertext that arrives, on a thread of the resolver's own, and may block. They try their
 * key when they are made, so that a bad one is found when a process starts.
 */
@FunctionalInterface
public interface Decryptor {
  /**
   * Returns the value of a sealed secret in a new array, which the caller owns and overwrites.
   *
   * <p>Which algorithm and key are used depends on this decryptor alone, never on the ciphertext's
   * surroundings. The {@linkplain SecretIdentity#associatedData associated data} of the identity is
   * authenticated.
   *
   * @throws SecretDecryptionException if it does not open: the key is wrong, or the ciphertext was
   *     changed or belongs to another identity; which of these is not told
   * @throws SecretUnavailableException if a key service that is needed does not answer
   */
  byte[] open(SealedSecret sealed);
}
