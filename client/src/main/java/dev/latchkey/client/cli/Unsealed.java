package dev.latchkey.client.cli;

import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.SecretsAdmin;
import picocli.CommandLine.Mixin;

/** What the commands that neither seal nor open have in common: they need no keyset. */
final class Unsealed {
  @Mixin private Settings settings = new Settings();

  SecretStore store(Host host) {
    return ClientSettings.of(settings.over(host.environment())).store();
  }

  static SecretsAdmin admin(SecretStore store) {
    return new SecretsAdmin(
        store,
        (identity, value) -> {
          throw new IllegalStateException("Nothing is sealed here.");
        });
  }
}
