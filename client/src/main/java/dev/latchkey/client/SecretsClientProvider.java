package dev.latchkey.client;

import dev.latchkey.spi.SecretResolver;
import dev.latchkey.spi.SecretResolverProvider;
import java.util.Map;

/** Makes the {@link SecretsClient} that a process's {@link Setting}s ask for. */
public final class SecretsClientProvider implements SecretResolverProvider {
  /** Called by {@link java.util.ServiceLoader}. */
  public SecretsClientProvider() {}

  @Override
  public SecretResolver create(Map<String, String> environment) {
    return ClientSettings.of(environment).connect();
  }
}
