package dev.latchkey.client;

import dev.latchkey.SecretConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings in an environment, each read as what it is; an empty one counts as not set. */
final class SettingValues {
  private static final long[] UNIT_SECONDS = {1, 60, 60 * 60, 24 * 60 * 60};

  private final Map<String, String> environment;

  SettingValues(Map<String, String> environment) {
    this.environment = environment;
  }

  @Nullable String text(Setting setting) {
    String text = environment.get(setting.variable());
    return text == null || text.isEmpty() ? null : text;
  }

  /** Throws if both of two settings are set that say the same in different ways. */
  void checkOneOf(Setting one, Setting other) {
    if (text(one) != null && text(other) != null) {
      throw new SecretConfigurationException(
          one.variable() + " and " + other.variable() + " are both set.", "Leave one of them out.");
    }
  }

  @Nullable Path path(Setting setting) {
    String text = text(setting);
    try {
      return text == null ? null : Path.of(text);
    } catch (InvalidPathException e) {
      throw notAPath(setting);
    }
  }

  Duration duration(Setting setting, Duration otherwise) {
    String text = text(setting);
    return text == null ? otherwise : duration(setting, text);
  }

  private static Duration duration(Setting setting, String text) {
    int digits = text.length() - 1;
    boolean wellFormed = digits > 0 && digits < 10;
    for (int i = 0; wellFormed && i < digits; i++) {
      wellFormed = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    long number = wellFormed ? Long.parseLong(text.substring(0, digits)) : 0;
    int unit = wellFormed ? "smhd".indexOf(text.charAt(digits)) : -1;
    if (number > 0 && unit >= 0) {
      return Duration.ofSeconds(number * UNIT_SECONDS[unit]);
    }
    throw new SecretConfigurationException(
        setting.variable() + " is not a time.",
        "Set it to a number and s, m, h or d, such as 24h.");
  }

  /** Returns the source's URI, whose scheme is one that is known. */
  URI source() {
    String source = text(Setting.SOURCE);
    if (source == null) {
      throw missing(Setting.SOURCE, "where the secrets are: https://… or file:/directory");
    }
    try {
      var uri = new URI(source);
      if (isFile(uri)
          || "https".equalsIgnoreCase(uri.getScheme())
          || "http".equalsIgnoreCase(uri.getScheme())) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below, without the text: it may hold a password.
    }
    throw new SecretConfigurationException(
        Setting.SOURCE.variable()
            + " is neither https://…, http://127.0.0.1:… nor file:/directory.",
        "Write a directory as file:/directory; in it a space is %20, ? is %3F and # is %23.");
  }

  static boolean isFile(URI source) {
    return "file".equalsIgnoreCase(source.getScheme())
        && source.getRawAuthority() == null
        && source.getRawFragment() == null
        && source.getRawSchemeSpecificPart().indexOf('?') < 0;
  }

  static Path directory(URI source) {
    try {
      return source.isOpaque() ? Path.of(source.getSchemeSpecificPart()) : Path.of(source);
    } catch (IllegalArgumentException e) {
      throw notAPath(Setting.SOURCE);
    }
  }

  static SecretConfigurationException missing(Setting setting, String what) {
    return new SecretConfigurationException(
        setting.variable() + " is not set.", "Set it to " + what + ".");
  }

  private static SecretConfigurationException notAPath(Setting setting) {
    return new SecretConfigurationException(
        setting.variable() + " is not a path of this system.", "Correct it.");
  }
}
