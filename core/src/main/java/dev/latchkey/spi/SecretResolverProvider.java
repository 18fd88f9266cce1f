package dev.latchkey.spi;

import java.util.Map;

/**
 * Makes the {@link SecretResolver} of a process. Found by {@link java.util.ServiceLoader}; there is
 * at most one on the class path or module path of an app.
 */
@FunctionalInterface
public interface SecretResolverProvider {
  /**
   * Returns a new resolver. Called when a process needs its first secret, and again at the next
   * need if it failed.
   *
   * @param environment the settings of the process, by variable
   * @throws dev.latchkey.SecretConfigurationException if a setting is missing, unknown or wrong
   */
  SecretResolver create(Map<String, String> environment);
}
