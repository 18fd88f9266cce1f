package dev.latchkey.client;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.Secrets;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From the start of a JVM to the end of a program that prints one secret: a small app with a
 * directory store, beside a bare program that opens one ciphertext with Tink, and an empty one. The
 * three take turns, so that all meet the same noise. The argument is how often.
 */
public final class StartUp {
  private static final String VALUE = "some-value";

  private StartUp() {}

  /** Prints a secret by {@link Secrets}. */
  public static final class App {
    private App() {}

    public static void main(String[] args) {
      System.out.print(Secrets.get("MY_APP_SECRET"));
    }
  }

  /** Prints what a keyset file opens of a ciphertext file, with nothing but Tink. */
  public static final class BareTink {
    private BareTink() {}

    public static void main(String[] args) throws Exception {
      var keyset =
          TinkJsonProtoKeysetFormat.parseKeyset(
              Files.readString(Path.of(args[0])),
              AeadConfig2026.get(),
              InsecureSecretKeyAccess.get());
      Aead aead = keyset.getPrimitive(AeadConfig2026.get(), Aead.class);
      byte[] value =
          aead.decrypt(Files.readAllBytes(Path.of(args[1])), Files.readAllBytes(Path.of(args[2])));
      System.out.print(new String(value, StandardCharsets.UTF_8));
    }
  }

  /** Prints what a secret would be. */
  public static final class Empty {
    private Empty() {}

    public static void main(String[] args) {
      System.out.print(VALUE);
    }
  }

  public static void main(String[] args) throws Exception {
    int runs = args.length == 0 ? 30 : Integer.parseInt(args[0]);
    Path directory = Files.createTempDirectory("latchkey-bench");
    Path keysetFile = directory.resolve("keyset.json");
    Path ciphertext = directory.resolve("ciphertext");
    Path associatedData = directory.resolve("associated-data");
    Path store = directory.resolve("store");

    Keyset keyset = Keysets.generate();
    Keysets.create(keysetFile, keyset.toCleartextJson());
    var sealer = TinkSealer.of(keyset);
    var identity = new SecretIdentity("default", SecretName.parse("my-secret"), 1);
    try (SecretValue value = SecretValue.of(VALUE)) {
      new SecretsAdmin(DirectoryStore.open(store, "default"), sealer)
          .create(identity.name(), value);
      Files.write(ciphertext, sealer.seal(identity, value.bytes()));
      Files.write(associatedData, identity.associatedData());
    }
    Map<String, String> settings =
        Map.of(
            "LATCHKEY_SOURCE",
            store.toUri().toString(),
            "LATCHKEY_KEYSET_FILE",
            keysetFile.toString(),
            "LATCHKEY_ROLE",
            "work",
            "MY_APP_SECRET",
            "secret://my-secret");
    Map<String, List<String>> programs = new LinkedHashMap<>();
    programs.put("empty", List.of(Empty.class.getName()));
    programs.put(
        "bare Tink open",
        List.of(
            BareTink.class.getName(),
            keysetFile.toString(),
            ciphertext.toString(),
            associatedData.toString()));
    programs.put("Secrets.get", List.of(App.class.getName()));

    Map<String, List<Long>> times = new LinkedHashMap<>();
    for (int i = -2; i < runs; i++) {
      for (Map.Entry<String, List<String>> program : programs.entrySet()) {
        long nanos = run(program.getValue(), settings);
        if (i >= 0) {
          times.computeIfAbsent(program.getKey(), name -> new ArrayList<>()).add(nanos);
        }
      }
    }
    double floor = median(times.get("bare Tink open"));
    System.out.printf("%-16s %10s %10s %14s%n", "program", "median ms", "min ms", "of bare Tink");
    times.forEach(
        (name, all) ->
            System.out.printf(
                "%-16s %10.1f %10.1f %14.2f%n",
                name, median(all) / 1e6, Collections.min(all) / 1e6, median(all) / floor));
  }

  private static long run(List<String> program, Map<String, String> settings)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(program);
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(settings);
    long start = System.nanoTime();
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    long nanos = System.nanoTime() - start;
    if (!output.equals(VALUE)) {
      throw new IllegalStateException(program + " printed " + output);
    }
    return nanos;
  }

  private static double median(List<Long> all) {
    List<Long> sorted = all.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
