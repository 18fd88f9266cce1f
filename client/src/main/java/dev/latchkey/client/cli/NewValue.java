package dev.latchkey.client.cli;

import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.store.StoredSecret;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that write a value have in common. */
final class NewValue {
  @Parameters(paramLabel = "NAME", description = "The name of the secret.")
  private String name = "";

  @Option(
      names = "--trim-newline",
      description = "Drop one newline at the end of standard input. All else is kept as it is.")
  private boolean trimNewline;

  @Mixin private Settings settings = new Settings();

  /** Writes a value. */
  interface Write {
    StoredSecret to(SecretsAdmin admin, SecretName name, SecretValue value);
  }

  /** Reads a value and writes it, unless anything else is amiss: then none is asked for. */
  StoredSecret write(Host host, Write write) throws IOException {
    SecretName secret = NameArgument.parse(name);
    ClientSettings client = ClientSettings.of(settings.over(host.environment()));
    try (SecretStore store = client.store()) {
      var admin = new SecretsAdmin(store, client.sealer());
      try (SecretValue value = new ValueInput(host, trimNewline).read(secret)) {
        return write.to(admin, secret, value);
      }
    }
  }
}
