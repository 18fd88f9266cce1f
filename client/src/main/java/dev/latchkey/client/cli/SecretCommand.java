package dev.latchkey.client.cli;

import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.StoredSecret;
import dev.latchkey.spi.Suggestions;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command that changes one secret of a store. */
abstract class SecretCommand implements Callable<Integer> {
  final Host host;

  @Mixin Settings settings = new Settings();

  @Parameters(paramLabel = "NAME", description = "The name of the secret.")
  private String name = "";

  SecretCommand(Host host) {
    this.host = host;
  }

  @Override
  public final Integer call() throws IOException {
    if (name.indexOf('=') >= 0) {
      // What stands behind it may be a value, which must not be repeated.
      throw new UsageException(
          "A secret's name has no equals sign, and its value is no argument, since everybody on"
              + " this machine can read command lines.",
          "Give the name alone, and the value on standard input.");
    }
    SecretName secret = SecretName.parse(name);
    try (SecretStore store = settings.store(host)) {
      return change(store, secret);
    }
  }

  /** Changes the secret, and returns the exit status. */
  abstract int change(SecretStore store, SecretName name) throws IOException;

  /** Returns what is known of a secret; empty where it does not exist, or not any more. */
  static Optional<StoredSecret> find(SecretStore store, SecretName name) {
    return store.find(name).filter(secret -> !secret.deleted());
  }

  /** Returns what is known of a secret that has to exist. */
  static StoredSecret require(SecretStore store, SecretName name) {
    return find(store, name)
        .orElseThrow(
            () ->
                new SecretNotFoundException(
                    "No secret named '" + name + "' in project '" + store.project() + "'.",
                    Suggestions.nearest(
                            name.toString(),
                            store.list().stream().map(other -> other.name().toString()).toList())
                        .map(other -> "Nearest name: " + other + ".")
                        .orElse("See `latchkey list` for its name.")));
  }
}
