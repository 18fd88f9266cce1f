package dev.latchkey.client.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.latchkey.SecretName;
import dev.latchkey.client.RecordedLog;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.store.DiskCache.Kept;
import dev.latchkey.client.store.DiskCache.Shelf;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCacheTest {
  static final String IDENTITY = "https://secrets.example as 1f";

  /** The digest of the identity and the project "shop", as another program computed it. */
  static final String SHELF = "73f118eb6f41f7abffdecad6813afe27";

  private static final long VERSIONS = 500;

  static final SecretName DB = SecretName.parse("db");
  static final CiphertextQuery NEWEST = CiphertextQuery.newest(DB);
  static final CiphertextQuery THIRD = CiphertextQuery.pinned(DB, 3);
  static final Instant CREATED = Instant.parse("2026-11-01T09:30:00.250Z");
  static final Instant TIME = Instant.parse("2026-11-02T17:10:09Z");

  @TempDir Path temp;

  @Test
  void shelf_nothingKept_touchesNothing() throws Exception {
    Shelf shelf = shelf(temp.resolve("a/b"));
    assertThat(shelf.find(NEWEST)).isEmpty();
    assertThat(shelf.find(THIRD)).isEmpty();
    assertThat(shelf.highest(DB)).isZero();
    shelf.confirm(NEWEST.withKnownVersion(1), TIME);
    shelf.confirm(THIRD, TIME);
    shelf.drop(NEWEST);
    shelf.drop(THIRD);
    assertThat(entries(temp)).isEmpty();
  }

  @Test
  void keep_anyFileSystem_isFoundByTheNextProcess() throws Exception {
    assertKept(temp.resolve("a/b"));
    for (Configuration files :
        List.of(Configuration.unix(), Configuration.osX(), Configuration.windows())) {
      try (FileSystem memory = Jimfs.newFileSystem(files)) {
        assertKept(memory.getPath("cache"));
      }
    }
  }

  private static void assertKept(Path directory) {
    shelf(directory).keep(NEWEST, sealed("Db", 7), TIME);

    Shelf next = shelf(directory);
    Kept kept = next.find(NEWEST).orElseThrow();
    assertThat(kept.secret().identity()).isEqualTo(new SecretIdentity("shop", DB, 7));
    assertThat(kept.secret().identity().name()).hasToString("Db");
    assertThat(kept.secret().ciphertext()).containsExactly(1, 2, 3, 7);
    assertThat(kept.secret().createdAt()).isEqualTo(CREATED);
    assertThat(kept.confirmedAt()).isEqualTo(TIME);
    assertThat(next.highest(DB)).isEqualTo(7);

    next.keep(NEWEST, sealed("db", 8), TIME);
    next.drop(NEWEST);
    assertThat(shelf(directory).find(NEWEST)).isEmpty();
    assertThat(shelf(directory).highest(DB)).isEqualTo(8);
  }

  @Test
  void keep_first_makesFilesForTheirOwnerAlone() throws Exception {
    Path root = temp.resolve("a/b");
    shelf(root).keep(NEWEST, sealed("db", 7), TIME);
    shelf(root).keep(THIRD, sealed("db", 3), TIME);

    Path place = place(root);
    assertThat(entries(root)).containsExactly(SHELF);
    assertThat(entries(place)).containsExactly("newest-7.json", "pinned-3.json");
    for (Path directory : List.of(temp.resolve("a"), root, root.resolve(SHELF), place)) {
      assertThat(permissions(directory)).isEqualTo("rwx------");
    }
    for (String file : entries(place)) {
      assertThat(permissions(place.resolve(file))).isEqualTo("rw-------");
    }
    assertThat(Files.readString(place.resolve("newest-7.json")))
        .isEqualTo(
            """
            {
              "format": "latchkey.secret.v1",
              "project": "shop",
              "name": "db",
              "version": 7,
              "since": 7,
              "createdAt": "2026-11-01T09:30:00.250Z",
              "ciphertext": "AQIDBw=="
            }
            """);
    shelf(root).drop(NEWEST);
    assertThat(entries(place)).containsExactly("highest-7");
    assertThat(permissions(place.resolve("highest-7"))).isEqualTo("rw-------");
  }

  @Test
  void keep_longestNameAndVersion_isFound() {
    String label = "n".repeat(63);
    var name = SecretName.parse(String.join(".", label, label, label, "n".repeat(61)));
    var secret =
        new SealedSecret(new SecretIdentity("shop", name, Long.MAX_VALUE), new byte[9], CREATED);
    var pinned = CiphertextQuery.pinned(name, Long.MAX_VALUE);
    try (var log = new RecordedLog()) {
      shelf(temp).keep(CiphertextQuery.newest(name), secret, TIME);
      shelf(temp).keep(pinned, secret, TIME);
      assertThat(log.text()).doesNotContain("WARNING");
    }
    assertThat(shelf(temp).find(CiphertextQuery.newest(name))).isPresent();
    assertThat(shelf(temp).find(pinned)).isPresent();
    assertThat(shelf(temp).highest(name)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void keep_largestCiphertext_isFound() {
    byte[] bytes = new byte[SealedSecret.MAX_CIPHERTEXT_BYTES];
    new Random(3).nextBytes(bytes);
    var secret = new SealedSecret(new SecretIdentity("shop", DB, 1), bytes, CREATED);
    shelf(temp).keep(NEWEST, secret, TIME);
    assertThat(shelf(temp).find(NEWEST).orElseThrow().secret().ciphertext()).isEqualTo(bytes);
  }

  @Test
  void keep_namesInOtherCase_areOneEntry() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(
        CiphertextQuery.newest(SecretName.parse("DB-Password")), sealed("DB-Password", 1), TIME);
    shelf.keep(
        CiphertextQuery.newest(SecretName.parse("db-PASSWORD")), sealed("db-PASSWORD", 2), TIME);

    var name = SecretName.parse("db-password");
    assertThat(version(shelf, CiphertextQuery.newest(name))).isEqualTo(2);
    assertThat(shelf(temp).highest(name)).isEqualTo(2);
    assertThat(entries(temp.resolve(SHELF))).containsExactly("db-password");
    assertThat(entries(place(temp, "db-password"))).containsExactly("newest-2.json");
  }

  @Test
  void keep_older_isIgnored() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(NEWEST, sealed("db", 8), TIME);
    shelf.keep(NEWEST, sealed("db", 7), TIME.plusSeconds(9));
    shelf(temp).keep(NEWEST, sealed("db", 6), TIME.plusSeconds(9));
    assertThat(version(shelf, NEWEST)).isEqualTo(8);
    assertThat(shelf.find(NEWEST).orElseThrow().confirmedAt()).isEqualTo(TIME);

    shelf.drop(NEWEST);
    shelf(temp).keep(NEWEST, sealed("db", 7), TIME);
    assertThat(entries(place(temp))).containsExactly("highest-8");
    shelf(temp).keep(NEWEST, sealed("db", 8), TIME);
    assertThat(version(shelf, NEWEST)).isEqualTo(8);
  }

  @Test
  void keep_newer_leavesNothingOfTheOlder() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(NEWEST, sealed("db", 7), TIME);
    shelf.drop(NEWEST);
    shelf.keep(NEWEST, sealed("db", 8), TIME);
    shelf.keep(NEWEST, sealed("db", 10), TIME);
    assertThat(entries(place(temp))).containsExactly("newest-10.json");
  }

  @Test
  void keep_pinned_isApartFromTheNewest() {
    Shelf shelf = shelf(temp);
    shelf.keep(THIRD, sealed("db", 3), TIME);
    assertThat(shelf.find(NEWEST)).isEmpty();
    assertThat(shelf.highest(DB)).isZero();

    shelf.keep(NEWEST, sealed("db", 2), TIME);
    shelf.keep(NEWEST, sealed("db", 9), TIME);
    assertThat(version(shelf, THIRD)).isEqualTo(3);
    assertThat(version(shelf, NEWEST)).isEqualTo(9);
    assertThat(shelf.find(CiphertextQuery.pinned(DB, 9))).isEmpty();

    shelf.drop(NEWEST);
    assertThat(shelf.find(THIRD)).isEmpty();
    shelf.keep(THIRD, sealed("db", 3), TIME);
    shelf.keep(NEWEST, sealed("db", 9), TIME);
    shelf.drop(THIRD);
    assertThat(shelf.find(THIRD)).isEmpty();
    assertThat(version(shelf, NEWEST)).isEqualTo(9);
  }

  @Test
  void keep_otherProject_isRefused() throws Exception {
    Shelf shelf = DiskCache.in(temp).shelf(IDENTITY, "other");
    assertThatThrownBy(() -> shelf.keep(NEWEST, sealed("db", 1), TIME))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("This shelf is of project 'other', not 'shop'.");
    assertThat(entries(temp)).isEmpty();
  }

  @Test
  void confirm_known_setsTheTimeAndWritesNothing() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(NEWEST, sealed("db", 7), TIME);
    shelf.keep(THIRD, sealed("db", 3), TIME);
    Path file = place(temp).resolve("newest-7.json");
    Object written = Files.getAttribute(file, "unix:ino");

    shelf.confirm(NEWEST.withKnownVersion(7), TIME.plusSeconds(60));
    assertThat(shelf(temp).find(NEWEST).orElseThrow().confirmedAt())
        .isEqualTo(TIME.plusSeconds(60));
    assertThat(shelf(temp).find(THIRD).orElseThrow().confirmedAt()).isEqualTo(TIME);
    assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(written);

    shelf.confirm(THIRD.withKnownVersion(3), TIME.plusSeconds(90));
    assertThat(shelf(temp).find(THIRD).orElseThrow().confirmedAt()).isEqualTo(TIME.plusSeconds(90));
  }

  @Test
  void confirm_anotherVersionThanTheOneKept_confirmsNothing() throws Exception {
    shelf(temp).keep(NEWEST, sealed("db", 7), TIME);
    try (var log = new RecordedLog()) {
      shelf(temp).confirm(NEWEST.withKnownVersion(6), TIME.plusSeconds(60));
      shelf(temp).confirm(NEWEST.withKnownVersion(8), TIME.plusSeconds(60));
      shelf(temp).confirm(NEWEST, TIME.plusSeconds(60));
      assertThat(warnings(log)).isEmpty();
    }
    assertThat(shelf(temp).find(NEWEST).orElseThrow().confirmedAt()).isEqualTo(TIME);
    assertThat(entries(place(temp))).containsExactly("newest-7.json");
  }

  @Test
  void find_timeFromAClockThatWasWrong_isReturnedAsItIs() {
    Instant future = Instant.parse("2099-01-01T00:00:00.123456Z");
    for (Instant time : List.of(future, Instant.EPOCH, Instant.parse("1969-12-31T00:00:00Z"))) {
      shelf(temp).keep(NEWEST, sealed("db", 7), time);
      assertThat(shelf(temp).find(NEWEST).orElseThrow().confirmedAt()).isEqualTo(time);
    }
  }

  @Test
  void drop_highest_staysKnownAndTheCiphertextGoes() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(NEWEST, sealed("db", 7), TIME);
    // Left side by side by two processes that wrote at once.
    Files.copy(place(temp).resolve("newest-7.json"), place(temp).resolve("newest-5.json"));
    Files.createFile(place(temp).resolve("highest-4"));

    shelf.drop(NEWEST);
    shelf.drop(NEWEST);

    assertThat(entries(place(temp))).containsExactly("highest-7");
    assertThat(shelf.find(NEWEST)).isEmpty();
    assertThat(shelf.highest(DB)).isEqualTo(7);
    assertThat(shelf(temp).highest(DB)).isEqualTo(7);
  }

  @Test
  void shelves_ofOtherSources_seeNothingOfEachOther() {
    List<Shelf> shelves = new ArrayList<>();
    List<List<String>> sources =
        List.of(
            List.of("a", "bc"),
            List.of("ab", "c"),
            List.of("a", "b"),
            List.of("", "abc"),
            List.of("a\0\0\0\2b", "c"),
            List.of("A", "bc"),
            List.of("a", "Bc"),
            List.of("ä", "bc"));
    for (List<String> source : sources) {
      shelves.add(DiskCache.in(temp).shelf(source.get(0), source.get(1)));
    }
    for (int i = 0; i < shelves.size(); i++) {
      var identity = new SecretIdentity(sources.get(i).get(1), DB, i + 1);
      for (Shelf later : shelves.subList(i, shelves.size())) {
        assertThat(later.highest(DB)).isZero();
        assertThat(later.find(NEWEST)).isEmpty();
      }
      shelves.get(i).keep(NEWEST, new SealedSecret(identity, new byte[i], CREATED), TIME);
    }
    for (int i = 0; i < shelves.size(); i++) {
      assertThat(version(shelves.get(i), NEWEST)).isEqualTo(i + 1);
      assertThat(shelves.get(i).highest(DB)).isEqualTo(i + 1);
    }
  }

  @Test
  void shelf_identity_isNotWritten() throws Exception {
    DiskCache.in(temp).shelf("an-identity", "shop").keep(NEWEST, sealed("db", 1), TIME);
    try (Stream<Path> files = Files.walk(temp)) {
      for (Path file : files.toList()) {
        assertThat(file.toString()).doesNotContain("an-identity");
        if (Files.isRegularFile(file)) {
          assertThat(Files.readString(file)).doesNotContain("an-identity");
        }
      }
    }
  }

  @Test
  void keep_manyThreads_leavesTheHighest() throws Exception {
    int threads = 8;
    int each = 60;
    long highest = (long) threads * each;
    List<Shelf> shelves = List.of(shelf(temp), shelf(temp));
    List<Long> versions = new ArrayList<>();
    for (long version = 1; version <= highest; version++) {
      versions.add(version);
    }
    Collections.shuffle(versions, new Random(7));
    var ready = new CountDownLatch(threads);
    var pool = Executors.newFixedThreadPool(threads);
    List<Future<?>> done = new ArrayList<>();
    try (var log = new RecordedLog()) {
      for (int i = 0; i < threads; i++) {
        List<Long> own = versions.subList(i * each, (i + 1) * each);
        Shelf shelf = shelves.get(i % 2);
        done.add(
            pool.submit(
                () -> {
                  ready.countDown();
                  ready.await();
                  for (long version : own) {
                    shelf.keep(NEWEST, sealed("db", version), TIME);
                    assertThat(shelf.highest(DB)).isGreaterThanOrEqualTo(version);
                    assertThat(version(shelf, NEWEST)).isGreaterThanOrEqualTo(version);
                  }
                  return null;
                }));
      }
      for (Future<?> thread : done) {
        thread.get(60, TimeUnit.SECONDS);
      }
      assertThat(warnings(log)).isEmpty();
    } finally {
      pool.shutdownNow();
    }
    assertThat(version(shelf(temp), NEWEST)).isEqualTo(highest);
    assertThat(shelf(temp).highest(DB)).isEqualTo(highest);
    shelf(temp).keep(NEWEST, sealed("db", highest), TIME);
    assertThat(entries(place(temp))).containsExactly("newest-" + highest + ".json");
  }

  @Test
  void find_whileAnotherProcessKeeps_isNeverAbsent() throws Exception {
    Shelf reader = shelf(temp);
    reader.keep(NEWEST, sealed("db", 1), TIME);
    whileKeeping(
        () -> {
          long highest = reader.highest(DB);
          assertThat(version(reader, NEWEST)).isGreaterThanOrEqualTo(highest);
        });
    assertThat(version(reader, NEWEST)).isEqualTo(VERSIONS);
  }

  @Test
  void drop_whileAnotherProcessKeeps_neverTakesTheHighestBack() throws Exception {
    var last = new AtomicLong();
    try (var log = new RecordedLog()) {
      whileKeeping(
          () -> {
            shelf(temp).drop(NEWEST);
            long highest = shelf(temp).highest(DB);
            assertThat(highest).isGreaterThanOrEqualTo(last.getAndSet(highest));
          });
      assertThat(warnings(log)).as("a file that is dropped while it is written").isEmpty();
    }
    shelf(temp).drop(NEWEST);
    assertThat(entries(place(temp))).containsExactly("highest-" + VERSIONS);
  }

  /** Does something over and over until another thread has kept all versions in their order. */
  private void whileKeeping(Runnable action) throws Exception {
    Shelf keeping = shelf(temp);
    var keeper = Executors.newSingleThreadExecutor();
    try {
      Future<?> done =
          keeper.submit(
              () -> {
                for (long version = 1; version <= VERSIONS; version++) {
                  keeping.keep(NEWEST, sealed("db", version), TIME);
                }
              });
      while (!done.isDone()) {
        action.run();
      }
      done.get(60, TimeUnit.SECONDS);
    } finally {
      keeper.shutdownNow();
    }
  }

  static Shelf shelf(Path directory) {
    return DiskCache.in(directory).shelf(IDENTITY, "shop");
  }

  static Path place(Path root) {
    return place(root, "db");
  }

  static Path place(Path root, String name) {
    return root.resolve(SHELF).resolve(name);
  }

  static SealedSecret sealed(String name, long version) {
    var identity = new SecretIdentity("shop", SecretName.parse(name), version);
    return new SealedSecret(identity, new byte[] {1, 2, 3, (byte) version}, CREATED);
  }

  static long version(Shelf shelf, CiphertextQuery query) {
    return shelf.find(query).orElseThrow().secret().identity().version();
  }

  static List<String> warnings(RecordedLog log) {
    return log.text().lines().filter(line -> line.startsWith("WARNING: ")).toList();
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  static List<String> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
