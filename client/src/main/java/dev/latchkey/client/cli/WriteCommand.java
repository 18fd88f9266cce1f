package dev.latchkey.client.cli;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.store.StoredSecret;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A command that gives a secret a value. */
abstract class WriteCommand extends SecretCommand {
  @Option(
      names = "--trim-newline",
      description = "Drop one newline at the end of standard input. All else is kept as it is.")
  private boolean trimNewline;

  WriteCommand(Host host) {
    super(host);
  }

  /** Throws what stands in the way of the write; nobody is to type a value in vain. */
  abstract void check(SecretStore store, SecretName name);

  abstract StoredSecret write(SecretsAdmin admin, SecretName name, SecretValue value);

  abstract String done();

  @Override
  final int change(SecretStore store, SecretName name) throws IOException {
    var admin = new SecretsAdmin(store, client().sealer());
    check(store, name);
    try (SecretValue value = new ValueInput(host, trimNewline).read(name)) {
      StoredSecret written = write(admin, name, value);
      return host.report(
          "%s %s, version %d (%s)."
              .formatted(done(), written.name(), written.version(), outline(value.bytes())));
    }
  }

  final ClientSettings client() {
    return settings.client(host);
  }

  /** Returns what shows a slip, such as the newline that echo adds, and nothing of the value. */
  private static String outline(byte[] value) {
    int length = value.length;
    if (length == 0) {
      return "0 bytes: the value is empty";
    }
    return (length == 1 ? "1 byte" : length + " bytes")
        + (value[length - 1] == '\n' ? ", ends with a newline" : "");
  }

  @Command(
      name = "create",
      header = "Creates a secret; its value is standard input, or is typed at the terminal unseen.",
      customSynopsis = "latchkey create [OPTION]... NAME",
      footer = {"", "Example:", "  printf %%s some-value | latchkey create my-secret"})
  static final class Create extends WriteCommand {
    Create(Host host) {
      super(host);
    }

    @Override
    void check(SecretStore store, SecretName name) {
      find(store, name)
          .ifPresent(
              old -> {
                throw new SecretConflictException(
                    "A secret named '%s' exists in project '%s' already."
                        .formatted(old.name(), store.project()),
                    "Replace its value, or choose another name.");
              });
    }

    @Override
    StoredSecret write(SecretsAdmin admin, SecretName name, SecretValue value) {
      return admin.create(name, value);
    }

    @Override
    String done() {
      return "Created";
    }
  }

  @Command(
      name = "replace",
      header = "Gives a secret a new value, from standard input or typed at the terminal unseen.",
      customSynopsis = "latchkey replace [OPTION]... NAME",
      footer = {
        "",
        "The keyset has to open the current version, so that whoever reads that one can",
        "read the new one. The public half of a hybrid keyset opens nothing, and is used",
        "without this check.",
        "",
        "Example:",
        "  printf %%s other-value | latchkey replace my-secret"
      })
  static final class Replace extends WriteCommand {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Option(
        names = "--new-keyset",
        description = "Replace it even if the keyset does not open the current version.")
    private boolean newKeyset;

    Replace(Host host) {
      super(host);
    }

    @Override
    void check(SecretStore store, SecretName name) {
      require(store, name);
      if (!newKeyset) {
        checkOpens(store, name);
      }
    }

    private void checkOpens(SecretStore store, SecretName name) {
      Decryptor decryptor;
      try {
        decryptor = client().decryptor();
      } catch (SecretConfigurationException e) {
        // The keyset is a good one, since it sealed a trial: it is a public half.
        return;
      }
      var request = FetchRequest.of(List.of(CiphertextQuery.newest(name)), TIMEOUT);
      CiphertextAnswer answer = store.fetch(request).get(0);
      if (answer instanceof CiphertextAnswer.Damaged damaged) {
        throw damaged.failure();
      }
      if (answer instanceof CiphertextAnswer.Sealed sealed) {
        checkOpens(decryptor, sealed.secret());
      }
    }

    private static void checkOpens(Decryptor decryptor, SealedSecret current) {
      try {
        Arrays.fill(decryptor.open(current), (byte) 0);
      } catch (SecretDecryptionException e) {
        throw new SecretDecryptionException(
            "The keyset does not open " + current.identity() + ", so nothing is replaced.",
            "Give the keyset that its readers have; if they are to get this one, add --new-keyset.");
      }
    }

    @Override
    StoredSecret write(SecretsAdmin admin, SecretName name, SecretValue value) {
      return admin.replace(name, value);
    }

    @Override
    String done() {
      return "Replaced";
    }
  }
}
