package dev.latchkey.client.cli;

import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "public",
    header = "Writes the public half of a hybrid keyset, which seals and cannot open.",
    customSynopsis = "latchkey keys public [OPTION]... FILE OUT",
    footer = {"", "Example:", "  latchkey keys public keyset.json public.json"})
final class KeysPublic implements Callable<Integer> {
  private final Host host;

  @Parameters(index = "0", paramLabel = "FILE", description = "The file of the private keyset.")
  private Path file = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "The file to make.")
  private Path out = Path.of("");

  @Mixin private KeyServiceOption keyService = new KeyServiceOption();

  KeysPublic(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    Keyset keyset =
        keyService
            .uri(host.environment())
            .map(uri -> Keysets.readEncrypted(file, uri))
            .orElseGet(() -> Keysets.read(file));
    Keysets.create(out, keyset.publicHalf().toCleartextJson());
    return host.report("Made the public keyset " + out + ".");
  }
}
