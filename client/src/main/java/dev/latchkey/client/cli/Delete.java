package dev.latchkey.client.cli;

import dev.latchkey.SecretName;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.StoredSecret;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "delete",
    header = "Deletes a secret, in all its versions; the terminal asks for its name again.",
    customSynopsis = "latchkey delete [OPTION]... NAME",
    footer = {"", "Example:", "  latchkey delete my-secret"})
final class Delete extends SecretCommand {
  @Option(names = "--yes", description = "Do not ask. Needed where there is no terminal.")
  private boolean yes;

  Delete(Host host) {
    super(host);
  }

  @Override
  int change(SecretStore store, SecretName name) {
    StoredSecret known = require(store, name);
    confirm(name);
    // A version that came while the question stood is not what was agreed to: a conflict.
    store.delete(name, known.version() + 1, Instant.now());
    return host.report("Deleted " + name + ".");
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
