package dev.latchkey.client.cli;

import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.store.StoredSecret;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "create",
    header = "Creates a secret; its value is standard input, or is typed at the terminal unseen.",
    customSynopsis = "latchkey create [OPTION]... NAME",
    footer = {"", "Example:", "  printf %%s some-value | latchkey create my-secret"})
final class Create implements Action {
  private final Host host;

  @Mixin private NewValue value = new NewValue();

  Create(Host host) {
    this.host = host;
  }

  @Override
  public int run() throws IOException {
    StoredSecret created = value.write(host, SecretsAdmin::create);
    host.out().println("Created " + created.name() + ", version " + created.version() + ".");
    return ExitStatus.OK;
  }
}
