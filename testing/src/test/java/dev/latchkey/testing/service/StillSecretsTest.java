package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept in memory is told as long as the directory has the same, and no longer. */
class StillSecretsTest {
  private static final SecretName NAME = SecretName.parse("my-secret");
  private static final Instant LONG_AGO = Instant.parse("2001-01-01T00:00:00Z");

  @TempDir Path root;
  private DirectoryStore store;
  private StillSecrets secrets;

  @BeforeEach
  void open() throws IOException {
    store = DirectoryStore.open(root, "shop");
    secrets = new StillSecrets(store);
    append(1);
    age(1);
  }

  private void append(long version) {
    byte[] ciphertext = {(byte) version, 2, 3};
    var identity = new SecretIdentity("shop", NAME, version);
    store.append(new SealedSecret(identity, ciphertext, Instant.EPOCH));
  }

  private Path file(long version) {
    return root.resolve("shop/my-secret").resolve(version + ".json");
  }

  /** Has it lie still for long. */
  private void age(long version) throws IOException {
    FileTime time = FileTime.from(LONG_AGO.plusSeconds(version));
    Files.setLastModifiedTime(file(version), time);
    Files.setLastModifiedTime(root.resolve("shop/my-secret"), time);
  }

  private CiphertextAnswer ask() {
    return secrets.fetch(List.of(CiphertextQuery.newest(NAME))).get(0);
  }

  private void assertVersion(long version) {
    assertThat(ask())
        .isInstanceOfSatisfying(
            CiphertextAnswer.Sealed.class,
            found -> {
              assertThat(found.secret().identity().version()).isEqualTo(version);
              assertThat(found.secret().ciphertext()).startsWith((byte) version);
            });
  }

  /** Damages a file so that its times and its size do not show it. */
  private void damageUnseen(long version) throws IOException {
    FileTime before = Files.getLastModifiedTime(file(version));
    Files.write(file(version), new byte[(int) Files.size(file(version))]);
    Files.setLastModifiedTime(file(version), before);
  }

  @Test
  void still_isReadOnce() throws IOException {
    assertVersion(1);
    damageUnseen(1);
    assertVersion(1);
    assertThat(secrets.fetch(List.of(CiphertextQuery.newest(NAME).withKnownVersion(1))))
        .containsExactly(new CiphertextAnswer.Unchanged(1));
  }

  @Test
  void changedJustNow_isReadAgain() throws IOException {
    append(2);
    assertVersion(2);
    damageUnseen(2);
    assertThat(ask()).isInstanceOf(CiphertextAnswer.Damaged.class);
  }

  @Test
  void versionOfAnotherTool_isFound() throws IOException {
    assertVersion(1);
    append(2);
    assertVersion(2);
    age(2);
    assertVersion(2);
  }

  @Test
  void deletion_isFound() {
    assertVersion(1);
    store.delete(NAME, 2, Instant.EPOCH);
    assertThat(ask()).isInstanceOf(CiphertextAnswer.NotFound.class);
  }

  @Test
  void damage_isFound() throws IOException {
    assertVersion(1);
    Files.write(file(1), new byte[] {1});
    assertThat(ask()).isInstanceOf(CiphertextAnswer.Damaged.class);
  }

  @Test
  void pinnedAndUnknown_areAnsweredInTheirOrder() throws IOException {
    append(2);
    age(2);
    assertVersion(2);
    List<CiphertextAnswer> answers =
        secrets.fetch(
            List.of(
                CiphertextQuery.newest(SecretName.parse("other")),
                CiphertextQuery.newest(NAME),
                CiphertextQuery.pinned(NAME, 1)));
    assertThat(answers.get(0)).isInstanceOf(CiphertextAnswer.NotFound.class);
    assertThat(answers.subList(1, 3))
        .extracting(answer -> ((CiphertextAnswer.Sealed) answer).secret().identity().version())
        .containsExactly(2L, 1L);
  }
}
