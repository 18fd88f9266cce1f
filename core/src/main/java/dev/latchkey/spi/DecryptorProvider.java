package dev.latchkey.spi;

import java.util.Map;
import java.util.Optional;

/**
 * Makes a {@link Decryptor} of another kind than the keyset one that latchkey-client brings, such
 * as one that asks a hardware module. Found by {@link java.util.ServiceLoader}.
 */
@FunctionalInterface
public interface DecryptorProvider {
  /**
   * Returns a decryptor if the environment asks for this provider's kind; empty where it does not.
   *
   * @param environment the settings of the process, by variable
   * @throws dev.latchkey.SecretConfigurationException if it asks for one with wrong settings
   */
  Optional<Decryptor> create(Map<String, String> environment);
}
