package dev.latchkey.client.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.client.source.CiphertextAnswer.NotFound;
import dev.latchkey.client.source.CiphertextAnswer.Sealed;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.Sealer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsAdminTest {
  private static final SecretName DB = SecretName.parse("db");
  private static final Instant TIME = Instant.parse("2026-11-01T09:30:00Z");

  /** Seals nothing, but in a form that no value has: turned bits, after the version. */
  private static final Sealer TURNING =
      (identity, value) -> {
        byte[] sealed = new byte[value.length + 1];
        sealed[0] = (byte) identity.version();
        for (int i = 0; i < value.length; i++) {
          sealed[i + 1] = (byte) ~value[i];
        }
        return sealed;
      };

  @TempDir Path root;
  private DirectoryStore store;
  private SecretsAdmin admin;

  @BeforeEach
  void open() throws Exception {
    store = DirectoryStore.open(Files.createDirectory(root.resolve("store")), "shop");
    admin = adminAt(TIME);
  }

  @Test
  void create_new_isSealedAsVersionOne() {
    try (SecretValue value = SecretValue.of("hunter2")) {
      assertThat(admin.create(DB, value)).isEqualTo(new StoredSecret(DB, 1, false, TIME, TIME));
      assertThat(value.reveal()).isEqualTo("hunter2");
    }
    assertThat(value()).isEqualTo("hunter2");
    assertThat(admin.list()).containsExactly(store.find(DB).orElseThrow());
  }

  @Test
  void create_existing_isConflict() {
    create("one");
    assertThatThrownBy(() -> create("two"))
        .isInstanceOf(SecretConflictException.class)
        .hasMessage(
            "A secret named 'db' exists in project 'shop' already. Replace its value, or choose"
                + " another name.");
    assertThat(value()).isEqualTo("one");
  }

  @Test
  void create_deleted_startsANewLife() {
    create("one");
    admin.delete(DB);
    Instant later = TIME.plusSeconds(60);
    try (SecretValue value = SecretValue.of("two")) {
      assertThat(adminAt(later).create(DB, value))
          .isEqualTo(new StoredSecret(DB, 3, false, later, later))
          .isEqualTo(store.find(DB).orElseThrow());
    }
    assertThat(value()).isEqualTo("two");
  }

  @Test
  void replace_existing_isTheNextVersion() {
    create("one");
    Instant later = TIME.plusSeconds(60);
    try (SecretValue value = SecretValue.of("two")) {
      assertThat(adminAt(later).replace(DB, value))
          .isEqualTo(new StoredSecret(DB, 2, false, TIME, later))
          .isEqualTo(store.find(DB).orElseThrow());
    }
    assertThat(value()).isEqualTo("two");
  }

  @Test
  void put_createsAndReplaces() {
    Instant later = TIME.plusSeconds(60);
    try (SecretValue one = SecretValue.of("one");
        SecretValue two = SecretValue.of("two")) {
      assertThat(admin.put(DB, one)).isEqualTo(new StoredSecret(DB, 1, false, TIME, TIME));
      assertThat(value()).isEqualTo("one");
      assertThat(adminAt(later).put(DB, two))
          .isEqualTo(new StoredSecret(DB, 2, false, TIME, later))
          .isEqualTo(store.find(DB).orElseThrow());
      assertThat(value()).isEqualTo("two");
    }
  }

  @Test
  void replaceAndDelete_unknown_offerTheNearestName() {
    create("one");
    SecretName dbs = SecretName.parse("dbs");
    String message = "No secret named 'dbs' in project 'shop'. Nearest name: db.";
    try (SecretValue value = SecretValue.of("two")) {
      assertThatThrownBy(() -> admin.replace(dbs, value))
          .isInstanceOf(SecretNotFoundException.class)
          .hasMessage(message);
    }
    assertThatThrownBy(() -> admin.delete(dbs))
        .isInstanceOf(SecretNotFoundException.class)
        .hasMessage(message);
    admin.delete(DB);
    assertThatThrownBy(() -> admin.delete(DB))
        .hasMessage(
            "No secret named 'db' in project 'shop'. Look at the list of secrets for its name.");
  }

  @Test
  void delete_existing_isNotFoundAfterwards() {
    create("one");
    admin.delete(DB);
    assertThat(admin.list()).isEmpty();
    assertThat(fetch()).isInstanceOf(NotFound.class);
  }

  @Test
  void replace_lostToAnotherWriter_isSealedAgainForTheNextVersion() {
    create("one");
    var once = new AtomicBoolean(true);
    var racing =
        new SecretsAdmin(
            store,
            (identity, value) -> {
              if (once.getAndSet(false)) {
                replace("theirs");
              }
              return TURNING.seal(identity, value);
            });
    try (SecretValue value = SecretValue.of("mine")) {
      assertThat(racing.replace(DB, value).version()).isEqualTo(3);
    }
    assertThat(value()).isEqualTo("mine");
  }

  @Test
  void create_lostToAnotherWriter_isConflict() {
    var once = new AtomicBoolean(true);
    var racing =
        new SecretsAdmin(
            store,
            (identity, value) -> {
              if (once.getAndSet(false)) {
                create("theirs");
              }
              return TURNING.seal(identity, value);
            });
    try (SecretValue value = SecretValue.of("mine")) {
      assertThatThrownBy(() -> racing.create(DB, value))
          .isInstanceOf(SecretConflictException.class)
          .hasMessageStartingWith("A secret named 'db' exists in project 'shop' already.");
    }
    assertThat(value()).isEqualTo("theirs");
  }

  @Test
  void replace_manyWriters_allSucceedWithoutGap() throws Exception {
    create("first");
    int threads = 8;
    int each = 25;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    var start = new CountDownLatch(1);
    Set<Long> versions = new HashSet<>();
    try {
      List<Future<List<Long>>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(
                () -> {
                  start.await();
                  List<Long> mine = new ArrayList<>();
                  for (int round = 0; round < each; round++) {
                    mine.add(replace("value-" + round));
                  }
                  return mine;
                }));
      }
      start.countDown();
      for (Future<List<Long>> writer : running) {
        for (Long version : writer.get(60, TimeUnit.SECONDS)) {
          assertThat(versions.add(version)).isTrue();
        }
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(versions).hasSize(threads * each).doesNotContain(1L);
    assertThat(store.find(DB).orElseThrow().version()).isEqualTo(1 + threads * each);
  }

  @Test
  void replace_directoryIsMissing_saysSo() {
    var lost = new SecretsAdmin(DirectoryStore.open(root.resolve("typo"), "shop"), TURNING);
    try (SecretValue value = SecretValue.of("two")) {
      assertThatThrownBy(() -> lost.replace(DB, value))
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessageContaining("typo does not exist.");
    }
  }

  @Test
  void create_anyValue_reachesNoFile() throws Exception {
    String canary = "canary-5f1c9b";
    create(canary);
    // The positive control: the same search finds what is there.
    assertThat(filesHolding("\"name\": \"db\"")).isEqualTo(1);
    assertThat(filesHolding(canary)).isZero();
  }

  private long filesHolding(String text) throws Exception {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .filter(
              file -> {
                try {
                  return new String(Files.readAllBytes(file), UTF_8).contains(text);
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              })
          .count();
    }
  }

  private SecretsAdmin adminAt(Instant time) {
    return new SecretsAdmin(store, TURNING, Clock.fixed(time, ZoneOffset.UTC));
  }

  private void create(String text) {
    try (SecretValue value = SecretValue.of(text)) {
      admin.create(DB, value);
    }
  }

  private long replace(String text) {
    try (SecretValue value = SecretValue.of(text)) {
      return admin.replace(DB, value).version();
    }
  }

  private Object fetch() {
    var request = FetchRequest.of(List.of(CiphertextQuery.newest(DB)), Duration.ofSeconds(20));
    return store.fetch(request).get(0);
  }

  private String value() {
    var secret = ((Sealed) fetch()).secret();
    byte[] sealed = secret.ciphertext();
    assertThat(sealed[0]).isEqualTo((byte) secret.identity().version());
    byte[] value = new byte[sealed.length - 1];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) ~sealed[i + 1];
    }
    return new String(value, UTF_8);
  }
}
