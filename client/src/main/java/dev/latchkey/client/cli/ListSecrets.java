package dev.latchkey.client.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.StoredSecret;
import java.io.IOException;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "list",
    header = "Lists the secrets: name, version, and when created and updated; never a value.",
    customSynopsis = "latchkey list [OPTION]...",
    footer = {"", "Example:", "  latchkey list --json"})
final class ListSecrets implements Callable<Integer> {
  private static final String HEADING = "NAME";

  private final Host host;

  @Option(names = "--json", description = "Print a JSON array of objects.")
  private boolean json;

  @Mixin private Settings settings = new Settings();

  ListSecrets(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    List<StoredSecret> secrets;
    try (SecretStore store = settings.store(host)) {
      secrets = store.list();
    }
    if (json) {
      host.out().println(json(secrets));
    } else {
      print(secrets);
    }
    return ExitStatus.OK;
  }

  private static String json(List<StoredSecret> secrets) throws IOException {
    var text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartArray();
      for (StoredSecret secret : secrets) {
        json.writeStartObject();
        json.writeStringField("name", secret.name().toString());
        json.writeNumberField("version", secret.version());
        json.writeStringField("createdAt", secret.createdAt().toString());
        json.writeStringField("updatedAt", secret.updatedAt().toString());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    return text.toString();
  }

  private void print(List<StoredSecret> secrets) {
    int width =
        secrets.stream()
            .mapToInt(secret -> secret.name().toString().length())
            .reduce(HEADING.length(), Math::max);
    String row = "%-" + width + "s  %7s  %-20s  %s%n";
    host.out().printf(row, HEADING, "VERSION", "CREATED", "UPDATED");
    for (StoredSecret secret : secrets) {
      host.out()
          .printf(
              row,
              secret.name(),
              secret.version(),
              secret.createdAt().truncatedTo(ChronoUnit.SECONDS),
              secret.updatedAt().truncatedTo(ChronoUnit.SECONDS));
    }
  }
}
