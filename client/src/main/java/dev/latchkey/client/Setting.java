package dev.latchkey.client;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.spi.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The settings of a process, by the environment variable that holds each. */
public enum Setting {
  /** Where the ciphertexts are: {@code https://…}, or {@code file:/directory}. */
  SOURCE,
  /** The project that the secrets belong to; {@code default} where it is not set. */
  PROJECT,
  /** The bearer token for an HTTP source. */
  TOKEN,
  /** A file with the bearer token, read again when it changes. */
  TOKEN_FILE,
  /**
   * A file with an admin's key, one line {@code userId:apiKey}, by which a launcher has a service
   * make the tokens of the processes that it starts. It is the launcher's alone: a process that
   * resolves has no use for it.
   */
  ADMIN_KEY_FILE,
  /**
   * A PEM file with the certificates that an https source is trusted by, instead of those of the
   * Java runtime's trust store.
   */
  CA_FILE,
  /** A Tink JSON keyset. */
  KEYSET,
  /** A file with a Tink JSON keyset. */
  KEYSET_FILE,
  /** The URI of the key service's key that the keyset is encrypted with, if it is. */
  KEYSET_KMS_URI,
  /** A directory for ciphertexts as they are fetched, for starting while the source is down. */
  CACHE_DIR,
  /** How long values outlive an outage: a number and s, m, h or d; {@code 24h} if not set. */
  MAX_STALE,
  /** What the process is to its app, {@code flow} or {@code work}; see {@link ProcessRole}. */
  ROLE;

  private static final String PREFIX = "LATCHKEY_";

  private final String variable = PREFIX + name();

  /** Returns the environment variable, {@code LATCHKEY_} and the setting's name. */
  public String variable() {
    return variable;
  }

  /**
   * Throws if an environment has a variable that looks like a setting and is none, since a mistyped
   * setting would silently count as not set.
   */
  static void checkNames(Map<String, String> environment) {
    for (String name : environment.keySet()) {
      if (name.startsWith(PREFIX) && !variables().contains(name)) {
        throw new SecretConfigurationException(
            "There is no setting named " + name + ".",
            Suggestions.nearest(name, variables())
                .map(other -> "Nearest name: " + other + ".")
                .orElse("Settings are: " + String.join(", ", variables()) + "."));
      }
    }
  }

  private static List<String> variables() {
    List<String> variables = new ArrayList<>();
    for (Setting setting : values()) {
      variables.add(setting.variable);
    }
    return variables;
  }
}
