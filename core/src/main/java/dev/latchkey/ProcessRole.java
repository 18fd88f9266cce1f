package dev.latchkey;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a process is to the app that runs it. Only a Flow or a Work process opens references. The
 * role is the clear message; what really keeps other processes out is that they have neither a
 * token nor a keyset.
 */
public enum ProcessRole {
  /** The process that coordinates an app. */
  FLOW,
  /** A process that does an app's work. */
  WORK;

  /** The environment variable that holds the role: {@code flow} or {@code work}. */
  public static final String VARIABLE = "LATCHKEY_ROLE";

  /**
   * Returns the role that a process with the given environment has; empty where it has none.
   *
   * @throws SecretConfigurationException if {@code LATCHKEY_ROLE} is neither flow nor work
   */
  public static Optional<ProcessRole> of(Map<String, String> environment) {
    String role = environment.get(VARIABLE);
    if (role == null) {
      return Optional.empty();
    }
    return switch (role.toLowerCase(Locale.ROOT)) {
      case "flow" -> Optional.of(FLOW);
      case "work" -> Optional.of(WORK);
      default ->
          throw new SecretConfigurationException(
              VARIABLE + " is neither flow nor work.", "Set it to the role of this process.");
    };
  }

  /** Returns the role as it stands in {@code LATCHKEY_ROLE}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
