package dev.latchkey.client.cli;

import dev.latchkey.client.Setting;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "keys",
    header = "Makes and rotates keysets, which seal and open secrets.",
    customSynopsis = "latchkey keys COMMAND [OPTION]...",
    footer = {
      "",
      "A keyset is a file of Tink's JSON form, so that Tinkey reads it. Whoever has it",
      "opens every secret that is sealed with it: keep it apart from the secrets.",
      "",
      "Example:",
      "  latchkey keys init keyset.json"
    })
final class Keys {
  /** A command about the keyset in a file, which is encrypted or not. */
  abstract static class KeysetCommand implements Callable<Integer> {
    final Host host;

    @Option(
        names = "--keyset-kms-uri",
        paramLabel = "URI",
        description =
            "The key service's key that the keyset is encrypted with (LATCHKEY_KEYSET_KMS_URI). If"
                + " not set, it stands in the file in the clear.")
    private @Nullable String uri;

    KeysetCommand(Host host) {
      this.host = host;
    }

    final Optional<String> kmsUri() {
      String set = uri == null ? host.environment().get(Setting.KEYSET_KMS_URI.variable()) : uri;
      return Optional.ofNullable(set).filter(text -> !text.isEmpty());
    }
  }

  @Command(
      name = "init",
      header = "Makes a new keyset, in a new file that only its owner may read.",
      customSynopsis = "latchkey keys init [OPTION]... FILE",
      footer = {"", "Example:", "  latchkey keys init keyset.json"})
  static final class Init extends KeysetCommand {
    @Parameters(paramLabel = "FILE", description = "The file to make.")
    private Path file = Path.of("");

    @Option(
        names = "--hybrid",
        description = "Make a keyset with a public half, which seals and cannot open.")
    private boolean hybrid;

    Init(Host host) {
      super(host);
    }

    @Override
    public Integer call() {
      Keyset keyset = hybrid ? Keysets.generateHybrid() : Keysets.generate();
      Keysets.create(
          file, kmsUri().map(keyset::toEncryptedJson).orElseGet(keyset::toCleartextJson));
      return host.report(
          "Made the keyset " + file + ". Without it, what it seals is lost: keep a copy.");
    }
  }

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
  static final class Rotate extends KeysetCommand {
    @Parameters(paramLabel = "FILE", description = "The keyset's file, which is replaced whole.")
    private Path file = Path.of("");

    Rotate(Host host) {
      super(host);
    }

    @Override
    public Integer call() {
      Optional<String> kmsUri = kmsUri();
      if (kmsUri.isPresent()) {
        Keysets.rotateEncrypted(file, kmsUri.get());
      } else {
        Keysets.rotate(file);
      }
      return host.report("Rotated the keyset " + file + ".");
    }
  }

  @Command(
      name = "public",
      header = "Writes the public half of a hybrid keyset, which seals and cannot open.",
      customSynopsis = "latchkey keys public [OPTION]... FILE OUT",
      footer = {"", "Example:", "  latchkey keys public keyset.json public.json"})
  static final class Public extends KeysetCommand {
    @Parameters(index = "0", paramLabel = "FILE", description = "The file of the private keyset.")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to make.")
    private Path out = Path.of("");

    Public(Host host) {
      super(host);
    }

    @Override
    public Integer call() {
      Keyset keyset =
          kmsUri().map(uri -> Keysets.readEncrypted(file, uri)).orElseGet(() -> Keysets.read(file));
      Keysets.create(out, keyset.publicHalf().toCleartextJson());
      return host.report("Made the public keyset " + out + ".");
    }
  }
}
