package dev.latchkey.client;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.latchkey.ProcessRole;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.client.store.SecretStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** A process that reads secrets in every way, lets go of them, and dumps what is left alive. */
final class HeapReader {
  private HeapReader() {}

  /** The arguments: where the dump goes, and whether plaintext is to be held. */
  public static void main(String[] args) throws IOException {
    ClientSettings settings = ClientSettings.of(System.getenv());
    SecretStore store = settings.store();
    SecretsClient.Builder builder = SecretsClient.builder(store, settings.decryptor());
    if (args[1].equals("hold")) {
      builder.holdPlaintext(Duration.ofDays(1));
    }
    try (SecretsClient client = builder.build()) {
      SecretEnvironment environment =
          SecretEnvironment.builder()
              .environment(System.getenv())
              .role(ProcessRole.WORK)
              .resolver(client)
              .build();
      Supplier<String> view = client.text(SecretRef.parseShort("plain"));
      int read = read(environment, view);
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[0], true);
      } finally {
        Reference.reachabilityFence(view);
        Reference.reachabilityFence(environment);
      }
      System.out.print(read);
    }
  }

  /** Returns how many characters and bytes it read, as a proof that it did. */
  private static int read(SecretEnvironment environment, Supplier<String> view) {
    int read = 0;
    for (int i = 0; i < 100; i++) {
      read += view.get().length();
      for (String variable : new String[] {"PLAIN", "LATIN", "WIDE", "FIELD", "TEXT"}) {
        read += environment.get(variable).length();
        try (SecretValue value = environment.value(variable)) {
          read += value.bytes().length + value.chars().length + value.reveal().length();
        }
      }
      Map<String, String> all = environment.asMap();
      read +=
          all.getOrDefault("PLAIN", "").length() + environment.find("WIDE").orElseThrow().length();
    }
    return read;
  }
}
