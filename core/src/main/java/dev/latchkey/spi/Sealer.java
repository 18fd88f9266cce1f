package dev.latchkey.spi;

/**
 * Seals values for a {@link Decryptor} to open. Implementations are thread-safe and may block. A
 * writer needs only this half: with hybrid encryption it cannot read back what it wrote.
 */
@FunctionalInterface
public interface Sealer {
  /**
   * Returns the value, encrypted and bound to the identity's {@linkplain
   * SecretIdentity#associatedData associated data}.
   *
   * @param value neither kept nor changed; the caller overwrites it
   */
  byte[] seal(SecretIdentity identity, byte[] value);
}
