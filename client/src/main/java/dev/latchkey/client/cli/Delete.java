package dev.latchkey.client.cli;

import dev.latchkey.SecretName;
import dev.latchkey.client.store.SecretStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "delete",
    header = "Deletes a secret, in all its versions; the terminal asks for its name again.",
    customSynopsis = "latchkey delete [OPTION]... NAME",
    footer = {"", "Example:", "  latchkey delete my-secret"})
final class Delete implements Action {
  private final Host host;

  @Parameters(paramLabel = "NAME", description = "The name of the secret.")
  private String name = "";

  @Option(names = "--yes", description = "Do not ask. Needed where there is no terminal.")
  private boolean yes;

  @Mixin private Unsealed unsealed = new Unsealed();

  Delete(Host host) {
    this.host = host;
  }

  @Override
  public int run() {
    SecretName secret = NameArgument.parse(name);
    try (SecretStore store = unsealed.store(host)) {
      confirm(secret);
      Unsealed.admin(store).delete(secret);
    }
    host.out().println("Deleted " + secret + ".");
    return ExitStatus.OK;
  }

  private void confirm(SecretName secret) {
    if (yes) {
      return;
    }
    if (!host.terminal().present()) {
      throw new UsageException(
          "There is no terminal to ask whether to delete '" + secret + "'.",
          "If you are sure, add --yes.");
    }
    String answer = host.terminal().readLine("To delete it, type its name: ");
    if (answer == null || !answer.strip().equalsIgnoreCase(secret.toString())) {
      throw new UsageException(
          "That is not its name: '" + secret + "' is not deleted.", "Type the name as it is.");
    }
  }
}
