package dev.latchkey.client.cli;

import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.store.StoredSecret;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "replace",
    header = "Gives a secret a new value, from standard input or typed at the terminal unseen.",
    customSynopsis = "latchkey replace [OPTION]... NAME",
    footer = {"", "Example:", "  printf %%s other-value | latchkey replace my-secret"})
final class Replace implements Action {
  private final Host host;

  @Mixin private NewValue value = new NewValue();

  Replace(Host host) {
    this.host = host;
  }

  @Override
  public int run() throws IOException {
    StoredSecret replaced = value.write(host, SecretsAdmin::replace);
    host.out().println("Replaced " + replaced.name() + ", version " + replaced.version() + ".");
    return ExitStatus.OK;
  }
}
