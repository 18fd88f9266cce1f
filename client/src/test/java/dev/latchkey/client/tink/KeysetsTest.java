package dev.latchkey.client.tink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.mac.MacConfig2026;
import com.google.crypto.tink.mac.PredefinedMacParameters;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeysetsTest {
  private static final String WHOLE = " Give the whole text of a Tink keyset in its JSON form.";
  private static final SecretIdentity DB = new SecretIdentity("shop", SecretName.parse("db"), 3);

  @TempDir Path directory;

  private static void assertSame(Keyset expected, Keyset actual) {
    byte[] ciphertext = TinkSealer.of(expected).seal(DB, new byte[] {1, 2});
    var sealed = new SealedSecret(DB, ciphertext, Instant.EPOCH);
    assertThat(TinkDecryptor.of(actual).open(sealed)).containsExactly(1, 2);
  }

  static List<Keyset> keysets() {
    return List.of(
        Keysets.generate(), Keysets.generateHybrid(), Keysets.generateHybrid().rotated());
  }

  @ParameterizedTest
  @MethodSource("keysets")
  void parse_ownJson_isSameKeyset(Keyset keyset) {
    assertSame(keyset, Keysets.parse(keyset.toCleartextJson()));
    assertSame(keyset, Keysets.parse("\n " + keyset.toCleartextJson() + "\n"));
  }

  private record Bad(String json, String message) {}

  private static String mac() throws Exception {
    var mac =
        KeysetHandle.generateNew(
            PredefinedMacParameters.HMAC_SHA256_128BITTAG, MacConfig2026.get());
    return TinkJsonProtoKeysetFormat.serializeKeyset(
        mac, MacConfig2026.get(), InsecureSecretKeyAccess.get());
  }

  static Stream<Bad> badTexts() throws Exception {
    String json = Keysets.generate().toCleartextJson();
    String hybrid = Keysets.generateHybrid().toCleartextJson();
    String damaged =
        "The keyset is damaged, or holds keys of several kinds. Give the keyset as it was written,"
            + " with keys for AEAD only or for hybrid encryption only.";
    String foreign = " Give a keyset for AEAD, such as AES256_GCM, or for hybrid encryption.";
    return Stream.of(
        new Bad("", "The keyset is empty." + WHOLE),
        new Bad(" \n", "The keyset is empty." + WHOLE),
        new Bad("hunter2", "The keyset is not a JSON object." + WHOLE),
        new Bad("[]", "The keyset is not a JSON object." + WHOLE),
        new Bad("[".repeat(100_000), "The keyset is not a JSON object." + WHOLE),
        new Bad(json.substring(0, json.length() - 20), "The keyset is not a JSON object." + WHOLE),
        new Bad("{}", "The keyset is JSON, but not a Tink keyset with keys." + WHOLE),
        new Bad(
            "{\"primaryKeyId\":1,\"key\":[]}",
            "The keyset is JSON, but not a Tink keyset with keys." + WHOLE),
        new Bad(
            mac(),
            "The keyset holds a key of type HmacKey, which does not seal secrets." + foreign),
        new Bad(
            json.replace("type.googleapis.com/google.crypto.tink.AesGcmKey", "hunter2"),
            "The keyset holds a key of type unknown to Tink, which does not seal secrets."
                + foreign),
        new Bad(
            json.replace("ENABLED", "DISABLED"),
            "The primary key of the keyset is not enabled."
                + " Enable it, or promote another key, with Tinkey."),
        new Bad(
            hybrid.replace("ENABLED", "DISABLED"),
            "The primary key of the keyset is not enabled."
                + " Enable it, or promote another key, with Tinkey."),
        new Bad(
            json.replaceAll("\"primaryKeyId\":\\d+", "\"primaryKeyId\":1"),
            "The primary key of the keyset is missing. Promote one of its keys with Tinkey."),
        new Bad(json.replaceAll("\"value\":\"..", "\"value\":\"??"), damaged),
        new Bad(json.replaceAll("\"value\":\"[^\"]*\"", "\"value\":\"GgQBAgME\""), damaged),
        new Bad(
            "{\"encryptedKeyset\":\"AAAA\"}",
            "The keyset is encrypted, and no key service is named for it."
                + " Set LATCHKEY_KEYSET_KMS_URI to the URI of the key that it is encrypted with."));
  }

  @ParameterizedTest
  @MethodSource("badTexts")
  void parse_badText_saysWhy(Bad bad) {
    assertThatThrownBy(() -> Keysets.parse(bad.json()))
        .isExactlyInstanceOf(SecretConfigurationException.class)
        .hasMessage(bad.message())
        .hasNoCause();
  }

  @ParameterizedTest
  @MethodSource("keysets")
  void parseEncrypted_ownJson_asksServiceOnce(Keyset keyset) {
    String json = keyset.toEncryptedJson("fake-kms://good");
    assertThat(json).doesNotContain("\"key\"");
    int before = FakeKmsClient.CALLS.get();
    assertSame(keyset, Keysets.parseEncrypted(json, "fake-kms://good"));
    assertThat(FakeKmsClient.CALLS.get() - before).isEqualTo(1);
  }

  @Test
  void parseEncrypted_withoutKeysetInfo_findsKindAndAsksOnce() {
    Keyset keyset = Keysets.generateHybrid();
    String json = keyset.toEncryptedJson("fake-kms://good").replaceAll(",\"keysetInfo\".*", "}");
    assertThat(json).doesNotContain("Hpke");
    int before = FakeKmsClient.CALLS.get();
    assertSame(keyset, Keysets.parseEncrypted(json, "fake-kms://good"));
    assertThat(FakeKmsClient.CALLS.get() - before).isEqualTo(1);
  }

  @Test
  void parseEncrypted_writtenByTinkWithoutAssociatedData_isRead() throws Exception {
    Keyset keyset = Keysets.generate();
    String json =
        TinkJsonProtoKeysetFormat.serializeEncryptedKeyset(
            keyset.handle(), FakeKmsClient.good(), new byte[0], AeadConfig2026.get());
    assertSame(keyset, Keysets.parseEncrypted(json, "fake-kms://good"));
  }

  @Test
  void parseEncrypted_serviceFailsOrOtherKey_isUnavailable() {
    String json = Keysets.generate().toEncryptedJson("fake-kms://good");
    for (String uri : List.of("fake-kms://down", "fake-kms://other")) {
      assertThatThrownBy(() -> Keysets.parseEncrypted(json, uri))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(
              "The key service 'fake-kms' did not encrypt or decrypt the keyset. Check that it can"
                  + " be reached, that LATCHKEY_KEYSET_KMS_URI names the key that the keyset is"
                  + " encrypted with, and that this process may use that key.")
          .hasNoCause();
    }
    assertThat(catchThrowable(() -> Keysets.generate().toEncryptedJson("fake-kms://down")))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasNoCause();
  }

  @Test
  void parseEncrypted_noClient_saysSo() {
    assertThatThrownBy(() -> Keysets.parseEncrypted("{}", "aws-kms://arn"))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "No client for the key service 'aws-kms' is on the class path. Check"
                + " LATCHKEY_KEYSET_KMS_URI, and add the Tink extension of that service.");
    assertThatThrownBy(() -> Keysets.parseEncrypted("{}", "fake-kms://nokey"))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The client of the key service 'fake-kms' could not be made. Check"
                + " LATCHKEY_KEYSET_KMS_URI, and the service's credentials in this process.")
        .hasNoCause();
    assertThatThrownBy(() -> Keysets.parseEncrypted("{}", "hunter2"))
        .hasMessageContaining("(no scheme)")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void parseEncrypted_keysetInTheClear_saysSo() {
    assertThatThrownBy(
            () -> Keysets.parseEncrypted(Keysets.generate().toCleartextJson(), "fake-kms://good"))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The keyset is not encrypted, though a key service is named for it."
                + " Remove LATCHKEY_KEYSET_KMS_URI, or give the encrypted keyset.");
  }

  @Test
  void create_newFile_isOwnersAloneAndWhole() throws Exception {
    Path file = directory.resolve("keyset.json");
    Keyset keyset = Keysets.generate();
    Keysets.create(file, keyset.toCleartextJson());
    assertSame(keyset, Keysets.read(file));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(list()).containsExactly("keyset.json");
  }

  @Test
  void create_existingFile_isRefused() throws Exception {
    Path file = directory.resolve("keyset.json");
    Files.writeString(file, "mine");
    assertThatThrownBy(() -> Keysets.create(file, Keysets.generate().toCleartextJson()))
        .isInstanceOf(SecretConflictException.class)
        .hasMessage(
            "The keyset file "
                + file
                + " exists already. Rotate it, or choose another path; without its keys, what they"
                + " sealed is lost.");
    assertThat(file).hasContent("mine");
    assertThat(list()).containsExactly("keyset.json");
  }

  @Test
  void create_noDirectory_saysSo() {
    Path file = directory.resolve("none").resolve("keyset.json");
    assertThatThrownBy(() -> Keysets.create(file, "{}"))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessageStartingWith("The keyset file cannot be written.");
  }

  @Test
  void create_manyAtOnce_oneSucceeds() throws Exception {
    Path file = directory.resolve("keyset.json");
    int successes = race(8, () -> Keysets.create(file, Keysets.generate().toCleartextJson()));
    assertThat(successes).isEqualTo(1);
    assertThat(Keysets.read(file)).isNotNull();
    assertThat(list()).containsExactly("keyset.json");
  }

  @Test
  void rotate_file_keepsOldKeysAndAccess() throws Exception {
    Path file = directory.resolve("keyset.json");
    Keyset old = Keysets.generate();
    Keysets.create(file, old.toCleartextJson());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(directory.resolve("link.json"), file);

    Keyset rotated = Keysets.rotate(link);

    assertThat(link).isSymbolicLink();
    assertSame(old, Keysets.read(file));
    assertSame(rotated, Keysets.read(file));
    assertThat(Keysets.read(file).handle().size()).isEqualTo(2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    assertThat(list()).containsExactly("keyset.json", "link.json");
  }

  @Test
  void rotate_manyAtOnce_losesNoKey() throws Exception {
    Path file = directory.resolve("keyset.json");
    Keysets.create(file, Keysets.generate().toCleartextJson());
    int successes = race(8, () -> Keysets.rotate(file));
    assertThat(successes).isPositive();
    assertThat(Keysets.read(file).handle().size()).isEqualTo(1 + successes);
    assertThat(list()).containsExactly("keyset.json");
  }

  @Test
  void rotate_cutOffBefore_isRefusedUntilCleared() throws Exception {
    Path file = directory.resolve("keyset.json");
    Keysets.create(file, Keysets.generate().toCleartextJson());
    Files.createFile(directory.resolve("keyset.json.new"));
    assertThatThrownBy(() -> Keysets.rotate(file))
        .isInstanceOf(SecretConflictException.class)
        .hasMessage(
            "The keyset file "
                + file
                + " is being replaced: there is a file with .new added. Wait for the other"
                + " rotation; if none runs, one was cut off: delete the .new file.");
  }

  @Test
  void rotate_encryptedFile_staysEncrypted() throws Exception {
    Path file = directory.resolve("keyset.json");
    Keyset old = Keysets.generate();
    Keysets.create(file, old.toEncryptedJson("fake-kms://good"));
    Keysets.rotateEncrypted(file, "fake-kms://good");
    assertSame(old, Keysets.readEncrypted(file, "fake-kms://good"));
    assertThat(Files.readString(file)).contains("encryptedKeyset").doesNotContain("\"key\"");
  }

  @Test
  void rotate_publicHalf_isRefusedAndFileKept() throws Exception {
    Path file = directory.resolve("keyset.json");
    String json = Keysets.generateHybrid().publicHalf().toCleartextJson();
    Keysets.create(file, json);
    assertThatThrownBy(() -> Keysets.rotate(file))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The public half of a keyset cannot be rotated."
                + " Rotate the private keyset, and take its public half anew.");
    assertThat(file).hasContent(json);
    assertThat(list()).containsExactly("keyset.json");
  }

  @Test
  void publicHalf_ofAeadKeyset_isRefused() {
    assertThatThrownBy(() -> Keysets.generate().publicHalf())
        .hasMessage("Only a private hybrid keyset has a public half. Generate a hybrid keyset.");
  }

  @Test
  void read_unreadable_namesFile() throws Exception {
    Path none = directory.resolve("none");
    assertThatThrownBy(() -> Keysets.read(none))
        .hasMessage(
            "Keyset file: The file does not exist. Check the path, and that the file is mounted.");
    assertThatThrownBy(() -> Keysets.read(directory))
        .hasMessage(
            "Keyset file "
                + directory
                + ": The file cannot be read. Check that it is a file, and that this process may"
                + " read it.");
    Path bad = Files.write(directory.resolve("bad"), "hunter2".getBytes(UTF_8));
    assertThatThrownBy(() -> Keysets.read(bad))
        .hasMessage("Keyset file " + bad + ": The keyset is not a JSON object." + WHOLE);
    Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> Keysets.read(large))
        .hasMessage(
            "Keyset file "
                + large
                + ": The file is over 1048576 bytes. Give the path of a Tink keyset.");
  }

  private List<String> list() throws Exception {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Runs an action in many threads at once, and returns in how many it succeeded. */
  private static int race(int threads, Runnable action) throws Exception {
    var pool = Executors.newFixedThreadPool(threads);
    var start = new CountDownLatch(1);
    var successes = new AtomicInteger();
    try {
      Callable<Void> racer =
          () -> {
            start.await();
            try {
              action.run();
              successes.incrementAndGet();
            } catch (SecretConflictException e) {
              // Another was first.
            }
            return null;
          };
      var running = Stream.generate(() -> pool.submit(racer)).limit(threads).toList();
      start.countDown();
      for (var each : running) {
        each.get();
      }
    } finally {
      pool.shutdownNow();
    }
    return successes.get();
  }
}
