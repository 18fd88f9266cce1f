package dev.latchkey.client.cli;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretName;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.Setting;
import dev.latchkey.client.source.ProcessTokens;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Has the service make a token for a child, with the admin key, where the launcher has one.
 *
 * @param configured the settings of the launcher, among other variables
 * @param role what the child is to its app
 * @param app what the service calls the child by
 */
record Minting(Host host, Map<String, String> configured, ProcessRole role, String app) {
  /** Returns what resolves here and now, and ends with that. */
  Lease brief(Set<SecretName> names) {
    return lease(names, Lease.BRIEF);
  }

  /** Returns what a child resolves with for as long as it lives. */
  Lease untilClosed(Set<SecretName> names) {
    return lease(names, Lease.LONG);
  }

  private Lease lease(Set<SecretName> names, Duration ttl) {
    Map<String, String> settings = new LinkedHashMap<>(configured);
    settings.remove(Setting.ADMIN_KEY_FILE.variable());
    Optional<ProcessTokens> made =
        names.isEmpty() ? Optional.empty() : ClientSettings.of(configured).processTokens();
    if (made.isEmpty()) {
      return Lease.withoutToken(host, settings);
    }
    settings.remove(Setting.TOKEN_FILE.variable());
    // Copies are each token's own: nobody would ever read those of this one.
    settings.remove(Setting.CACHE_DIR.variable());
    ProcessTokens tokens = made.get();
    return Lease.of(host, settings, tokens, () -> tokens.mint(role, app, names, ttl), ttl);
  }

  /** Returns neither the settings nor the app: a token may be among them. */
  @Override
  public String toString() {
    return "Minting[" + role + "]";
  }
}
