package dev.latchkey.client.cli;

import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "init",
    header = "Makes a new keyset, in a new file that only its owner may read.",
    customSynopsis = "latchkey keys init [OPTION]... FILE",
    footer = {"", "Example:", "  latchkey keys init keyset.json"})
final class KeysInit implements Callable<Integer> {
  private final Host host;

  @Parameters(paramLabel = "FILE", description = "The file to make.")
  private Path file = Path.of("");

  @Option(
      names = "--hybrid",
      description = "Make a keyset with a public half, which seals and cannot open.")
  private boolean hybrid;

  @Mixin private KeyServiceOption keyService = new KeyServiceOption();

  KeysInit(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    Keyset keyset = hybrid ? Keysets.generateHybrid() : Keysets.generate();
    Keysets.create(
        file,
        keyService
            .uri(host.environment())
            .map(keyset::toEncryptedJson)
            .orElseGet(keyset::toCleartextJson));
    return host.report(
        "Made the keyset " + file + ". Without it, what it seals is lost: keep a" + " copy.");
  }
}
