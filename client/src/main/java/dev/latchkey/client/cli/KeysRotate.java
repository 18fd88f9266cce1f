package dev.latchkey.client.cli;

import dev.latchkey.client.tink.Keysets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "rotate",
    header = "Adds a key to a keyset, to seal with from now on; the old ones still open.",
    customSynopsis = "latchkey keys rotate [OPTION]... FILE",
    footer = {
      "",
      "Bring the file to every process that opens secrets before one seals with it.",
      "",
      "Example:",
      "  latchkey keys rotate keyset.json"
    })
final class KeysRotate implements Callable<Integer> {
  private final Host host;

  @Parameters(paramLabel = "FILE", description = "The keyset's file, which is replaced whole.")
  private Path file = Path.of("");

  @Mixin private KeyServiceOption keyService = new KeyServiceOption();

  KeysRotate(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    Optional<String> kmsUri = keyService.uri(host.environment());
    if (kmsUri.isPresent()) {
      Keysets.rotateEncrypted(file, kmsUri.get());
    } else {
      Keysets.rotate(file);
    }
    return host.report("Rotated the keyset " + file + ".");
  }
}
