package dev.latchkey.client.store;

import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.spi.SealedSecret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A source that can also be written. It keeps ciphertexts and never sees a value; {@link
 * SecretsAdmin} seals first.
 *
 * <p>Versions are numbered 1, 2, 3, … and never change nor come again; a deletion is itself a
 * version. A write names the version that it makes, which must be the one after the newest, so that
 * of two writers who saw the same state one succeeds. A write that has returned survives the end of
 * the process and of the machine; one that has thrown, or was cut off, left either a whole version
 * or none. Implementations are thread-safe, also between processes.
 *
 * <p>Each method that reads or writes throws {@link SecretUnavailableException} if the store is
 * closed or the thread is interrupted (its flag stays set), and {@link SecretProtocolException} if
 * what is kept is damaged.
 */
public interface SecretStore extends CiphertextSource {
  /**
   * Returns what is known of a secret, a deleted one included; empty if the name was never used.
   *
   * @throws SecretUnavailableException if the store cannot be read
   */
  Optional<StoredSecret> find(SecretName name);

  /**
   * Returns the secrets that are not deleted, by name.
   *
   * @throws SecretUnavailableException if the store cannot be read
   */
  List<StoredSecret> list();

  /**
   * Adds a version.
   *
   * @param secret its identity is of this store's project, its version the one after the newest
   * @throws SecretConflictException if another version is the next one
   * @throws SecretUnavailableException if the store cannot be written
   * @throws SecretValueException if the ciphertext is larger than the largest value needs
   * @throws IllegalArgumentException if it is of another project
   */
  void append(SealedSecret secret);

  /**
   * Adds a version that marks the secret as deleted.
   *
   * @param version the one after the newest
   * @param deletedAt when, by the caller's clock
   * @throws SecretConflictException if another version is the next one, or if there is nothing to
   *     delete
   * @throws SecretUnavailableException if the store cannot be written
   */
  void delete(SecretName name, long version, Instant deletedAt);
}
