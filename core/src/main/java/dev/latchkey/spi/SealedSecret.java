package dev.latchkey.spi;

import dev.latchkey.SecretValue;
import java.time.Instant;
import java.util.Objects;

/**
 * A secret as it rests in a store and travels: its identity in the clear, its value sealed.
 * Immutable if the array is left alone, and thread-safe.
 *
 * <p>Two are equal only if they share one ciphertext array: its bytes are never compared.
 *
 * @param identity which secret it is
 * @param ciphertext what a {@link Sealer} made, and the {@link Decryptor} beside it opens; not
 *     copied
 * @param createdAt when the version was made, by the clock of whoever wrote it
 */
@SuppressWarnings("ArrayRecordComponent") // Ciphertext is handed on, never compared.
public record SealedSecret(SecretIdentity identity, byte[] ciphertext, Instant createdAt) {
  /** The most bytes of a ciphertext: those of the largest value, and what a scheme adds to them. */
  public static final int MAX_CIPHERTEXT_BYTES = SecretValue.MAX_BYTES + (64 << 10);

  /** Checks that nothing is null. */
  public SealedSecret {
    Objects.requireNonNull(identity, "identity");
    Objects.requireNonNull(ciphertext, "ciphertext");
    Objects.requireNonNull(createdAt, "createdAt");
  }

  /** Returns the identity and the ciphertext's size. */
  @Override
  public String toString() {
    return "SealedSecret[" + identity + ", " + ciphertext.length + " bytes]";
  }
}
