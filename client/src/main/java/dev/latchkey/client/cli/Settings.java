package dev.latchkey.client.cli;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.Setting;
import dev.latchkey.client.store.SecretStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The settings as options. There is none for the token or the keyset itself: command lines can be
 * read by everybody on the machine.
 */
final class Settings {
  @Option(
      names = "--source",
      paramLabel = "URI",
      description = "Where the secrets are, as file:/directory or https://host (LATCHKEY_SOURCE).")
  private @Nullable String source;

  @Option(
      names = "--project",
      paramLabel = "PROJECT",
      description = "The project that they belong to (LATCHKEY_PROJECT); default if not set.")
  private @Nullable String project;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "The file with the token for an https source (LATCHKEY_TOKEN_FILE).")
  private @Nullable String tokenFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "A PEM file with the certificates that an https source is trusted by, instead of those of"
              + " the Java runtime (LATCHKEY_CA_FILE).")
  private @Nullable String caFile;

  @Option(
      names = "--keyset-file",
      paramLabel = "FILE",
      description = "The file with the keyset (LATCHKEY_KEYSET_FILE).")
  private @Nullable String keysetFile;

  @Option(
      names = "--keyset-kms-uri",
      paramLabel = "URI",
      description =
          "The key service's key that the keyset is encrypted with, if it is"
              + " (LATCHKEY_KEYSET_KMS_URI).")
  private @Nullable String keysetKmsUri;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIRECTORY",
      description =
          "Where to keep ciphertexts of an https source, for starting while it is down"
              + " (LATCHKEY_CACHE_DIR).")
  private @Nullable String cacheDirectory;

  @Option(
      names = "--max-stale",
      paramLabel = "TIME",
      description = "How long values outlive an outage, as 24h (LATCHKEY_MAX_STALE).")
  private @Nullable String maxStale;

  /** Returns the settings of a host's variables with these options over them. */
  ClientSettings client(Host host) {
    return ClientSettings.of(over(host.environment()));
  }

  /** Returns the store, for the caller to close. */
  SecretStore store(Host host) {
    ClientSettings client = client(host);
    String uri = over(host.environment()).getOrDefault(Setting.SOURCE.variable(), "");
    if (uri.regionMatches(true, 0, "http", 0, 4)) {
      throw new SecretConfigurationException(
          Setting.SOURCE.variable()
              + " is a service, and this command lists and writes directories.",
          "Give --source file:/directory, or list and write on the admin page of the service.");
    }
    return client.store();
  }

  /** Returns the given variables with these options in the place of the settings among them. */
  Map<String, String> over(Map<String, String> environment) {
    Map<String, String> settings = new LinkedHashMap<>(environment);
    // Of a file and what could be in it only one may be set, and the option is the later word.
    if (tokenFile != null) {
      settings.remove(Setting.TOKEN.variable());
    }
    if (keysetFile != null) {
      settings.remove(Setting.KEYSET.variable());
    }
    put(settings, Setting.SOURCE, source);
    put(settings, Setting.PROJECT, project);
    put(settings, Setting.TOKEN_FILE, tokenFile);
    put(settings, Setting.CA_FILE, caFile);
    put(settings, Setting.KEYSET_FILE, keysetFile);
    put(settings, Setting.KEYSET_KMS_URI, keysetKmsUri);
    put(settings, Setting.CACHE_DIR, cacheDirectory);
    put(settings, Setting.MAX_STALE, maxStale);
    return settings;
  }

  private static void put(Map<String, String> settings, Setting setting, @Nullable String value) {
    if (value != null) {
      settings.put(setting.variable(), value);
    }
  }
}
