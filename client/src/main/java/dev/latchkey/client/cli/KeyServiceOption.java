package dev.latchkey.client.cli;

import dev.latchkey.client.Setting;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether keysets in files are encrypted. */
final class KeyServiceOption {
  @Option(
      names = "--keyset-kms-uri",
      paramLabel = "URI",
      description =
          "The key service's key that the keyset is encrypted with (LATCHKEY_KEYSET_KMS_URI). If"
              + " not set, it stands in the file in the clear.")
  private @Nullable String uri;

  Optional<String> uri(Map<String, String> environment) {
    String set = uri == null ? environment.get(Setting.KEYSET_KMS_URI.variable()) : uri;
    return Optional.ofNullable(set).filter(text -> !text.isEmpty());
  }
}
