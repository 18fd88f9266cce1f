package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a search of the heap finds of values that were read and let go. The values are made here and
 * reach the other process sealed, so that what is found there was opened there.
 */
class HeapIT {
  @TempDir Path root;
  @TempDir Path scratch;

  private final byte[] random = new byte[16];
  private final Map<String, String> environment = new HashMap<>();

  /** What all the values have in common; digits and letters are the same in all of UTF-8. */
  private String core = "";

  private void store(Keyset keyset) {
    new SecureRandom().nextBytes(random);
    core = HexFormat.of().formatHex(random);
    var admin = new SecretsAdmin(DirectoryStore.open(root, "default"), TinkSealer.of(keyset));
    Map<String, String> values =
        Map.of(
            "plain", core,
            "latin", core + "é",
            "wide", core + "€",
            "db", "{\"user\":\"app\",\"password\":\"" + core + "\\n\",\"port\":5432}");
    values.forEach(
        (name, text) -> {
          try (SecretValue value = SecretValue.of(text)) {
            admin.create(SecretName.parse(name), value);
          }
        });
    environment.put("LATCHKEY_KEYSET", keyset.toCleartextJson());
  }

  @BeforeEach
  void bind() {
    environment.put("LATCHKEY_SOURCE", root.toUri().toString());
    environment.put("PLAIN", "secret://plain");
    environment.put("LATIN", "secret://latin");
    environment.put("WIDE", "secret://wide");
    environment.put("FIELD", "secret://db#/password");
    environment.put("TEXT", "app:${secret://db#/password}@db");
  }

  private List<Charset> found(String mode) throws Exception {
    Path dump = scratch.resolve(mode + ".hprof");
    List<String> command =
        List.of("-cp", ChildJvm.classPath(), HeapReader.class.getName(), dump.toString(), mode);
    ChildJvm.Result result = ChildJvm.run(scratch, environment, command);
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(Integer.parseInt(result.out())).isGreaterThan(100 * 20 * core.length());

    byte[] heap = Files.readAllBytes(dump);
    Files.delete(dump);
    assertThat(contains(heap, "dev/latchkey/client/ValueCache", StandardCharsets.US_ASCII))
        .isTrue();
    List<Charset> found = new ArrayList<>();
    for (Charset charset :
        List.of(
            StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      if (contains(heap, core, charset)) {
        found.add(charset);
      }
    }
    return found;
  }

  private static boolean contains(byte[] heap, String text, Charset charset) {
    byte[] wanted = text.getBytes(charset);
    for (int i = 0; i <= heap.length - wanted.length; i++) {
      int matched = 0;
      while (matched < wanted.length && heap[i + matched] == wanted[matched]) {
        matched++;
      }
      if (matched == wanted.length) {
        return true;
      }
    }
    return false;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dump_afterReads_holdsNoValue(boolean hybrid) throws Exception {
    store(hybrid ? Keysets.generateHybrid() : Keysets.generate());

    assertThat(found("seal")).isEmpty();
  }

  @Test
  void dump_afterReadsWithHeldPlaintext_holdsTheValue() throws Exception {
    store(Keysets.generate());

    assertThat(found("hold")).contains(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16LE);
  }
}
