package dev.latchkey.client.store;

import static dev.latchkey.client.store.DiskCacheTest.CREATED;
import static dev.latchkey.client.store.DiskCacheTest.DB;
import static dev.latchkey.client.store.DiskCacheTest.IDENTITY;
import static dev.latchkey.client.store.DiskCacheTest.NEWEST;
import static dev.latchkey.client.store.DiskCacheTest.SHELF;
import static dev.latchkey.client.store.DiskCacheTest.THIRD;
import static dev.latchkey.client.store.DiskCacheTest.TIME;
import static dev.latchkey.client.store.DiskCacheTest.entries;
import static dev.latchkey.client.store.DiskCacheTest.place;
import static dev.latchkey.client.store.DiskCacheTest.sealed;
import static dev.latchkey.client.store.DiskCacheTest.shelf;
import static dev.latchkey.client.store.DiskCacheTest.version;
import static dev.latchkey.client.store.DiskCacheTest.warnings;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.client.RecordedLog;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.store.DiskCache.Shelf;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are not what they should be, and disks that fail. */
class DiskCacheFaultsTest {
  private static final String REMEDY =
      " Mend that, or set LATCHKEY_CACHE_DIR to another directory; until then a process that starts"
          + " while its source is down may find old secrets there, or none.";

  @TempDir Path temp;

  @Test
  void keep_leftoversOfKilledWriters_removesTheOldOnes() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(NEWEST, sealed("db", 1), TIME);
    Path old = Files.writeString(place(temp).resolve(".tmp-old"), "half");
    Path young = Files.writeString(place(temp).resolve(".tmp-young"), "half");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
    Files.setLastModifiedTime(young, FileTime.from(Instant.now().minus(Duration.ofMinutes(50))));
    assertThat(shelf.find(NEWEST)).isPresent();
    shelf.keep(NEWEST, sealed("db", 2), TIME);
    assertThat(entries(place(temp))).containsExactly(".tmp-young", "newest-2.json");
  }

  @Test
  void keep_linkInTheWay_replacesTheLinkAlone() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(NEWEST, sealed("db", 1), TIME);
    Path file = place(temp).resolve("newest-1.json");
    Path elsewhere = temp.resolve("elsewhere");
    Files.move(file, elsewhere);
    Files.createSymbolicLink(file, elsewhere);
    FileTime modified = FileTime.from(CREATED);
    Files.setLastModifiedTime(elsewhere, modified);

    try (var log = new RecordedLog()) {
      assertThat(shelf.find(NEWEST)).as("a link is not followed").isEmpty();
      shelf.confirm(NEWEST.withKnownVersion(1), TIME);
      shelf.keep(NEWEST, sealed("db", 1), TIME);
      assertThat(warnings(log)).isEmpty();
    }
    assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(Files.getLastModifiedTime(elsewhere)).isEqualTo(modified);
    assertThat(shelf.find(NEWEST)).isPresent();
  }

  @Test
  void drop_cutOffAfterTheMark_countsAsNotDropped() throws Exception {
    shelf(temp).keep(NEWEST, sealed("db", 7), TIME);
    Files.createFile(place(temp).resolve("highest-7"));
    assertThat(version(shelf(temp), NEWEST)).isEqualTo(7);
    shelf(temp).drop(NEWEST);
    assertThat(entries(place(temp))).containsExactly("highest-7");
  }

  @Test
  void find_belowTheHighest_isAbsent() throws Exception {
    shelf(temp).keep(NEWEST, sealed("db", 7), TIME);
    Files.createFile(place(temp).resolve("highest-8"));
    assertThat(shelf(temp).find(NEWEST)).isEmpty();
    assertThat(shelf(temp).highest(DB)).isEqualTo(8);
  }

  @Test
  void find_newestDamaged_isAbsentAndTheHighestStays() throws Exception {
    shelf(temp).keep(NEWEST, sealed("db", 7), TIME);
    Path file = place(temp).resolve("newest-7.json");
    byte[] whole = Files.readAllBytes(file);
    List<byte[]> damaged = new ArrayList<>();
    for (int length = 0; length < whole.length - 1; length++) {
      damaged.add(Arrays.copyOf(whole, length));
      // What some file systems leave after a power cut: the length is there, the bytes are not.
      damaged.add(Arrays.copyOf(damaged.get(damaged.size() - 1), whole.length));
    }
    byte[] oversized = Arrays.copyOf(whole, VersionFile.MAX_BYTES + 1);
    Arrays.fill(oversized, whole.length, oversized.length, (byte) ' ');
    damaged.add(oversized);
    String text = Files.readString(file);
    for (String other :
        List.of(
            text.replace("shop", "shop2"),
            text.replace("\"db\"", "\"db2\""),
            text.replace("7,", "8,"),
            text.replace("secret.v1", "secret.v2"),
            text.replace("\"since\": 7", "\"since\": 6")
                .replaceAll("\"ciphertext.*", "\"deleted\": true"))) {
      assertThat(other).isNotEqualTo(text);
      damaged.add(other.getBytes(UTF_8));
    }
    try (var log = new RecordedLog()) {
      for (byte[] content : damaged) {
        Files.write(file, content);
        assertThat(shelf(temp).find(NEWEST)).isEmpty();
        assertThat(shelf(temp).highest(DB)).isEqualTo(7);
      }
      Files.delete(file);
      Files.createDirectory(file);
      assertThat(shelf(temp).find(NEWEST)).isEmpty();
      assertThat(warnings(log)).isEmpty();
    }
    Files.delete(file);
    Files.write(file, whole);
    assertThat(version(shelf(temp), NEWEST)).isEqualTo(7);
  }

  @Test
  void keep_newestDamaged_mendsIt() throws Exception {
    shelf(temp).keep(NEWEST, sealed("db", 7), TIME);
    Files.writeString(place(temp).resolve("newest-7.json"), "");
    shelf(temp).keep(NEWEST, sealed("db", 6), TIME);
    assertThat(shelf(temp).find(NEWEST)).isEmpty();
    shelf(temp).keep(NEWEST, sealed("db", 7), TIME);
    assertThat(version(shelf(temp), NEWEST)).isEqualTo(7);
  }

  @Test
  void find_fileCopiedElsewhere_isAbsent() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(NEWEST, sealed("db", 7), TIME);
    shelf.keep(THIRD, sealed("db", 3), TIME);
    Path newest = place(temp).resolve("newest-7.json");

    Files.copy(newest, place(temp).resolve("pinned-8.json"));
    assertThat(shelf.find(CiphertextQuery.pinned(DB, 8))).isEmpty();

    Path other = Files.createDirectory(place(temp, "other"));
    Files.copy(newest, other.resolve("newest-7.json"));
    Files.copy(place(temp).resolve("pinned-3.json"), other.resolve("pinned-3.json"));
    assertThat(shelf.find(CiphertextQuery.newest(SecretName.parse("other")))).isEmpty();
    assertThat(shelf.find(CiphertextQuery.pinned(SecretName.parse("other"), 3))).isEmpty();

    Shelf project = DiskCache.in(temp).shelf(IDENTITY, "shop2");
    var secret = new SealedSecret(new SecretIdentity("shop2", DB, 7), new byte[4], CREATED);
    project.keep(NEWEST, secret, TIME);
    try (Stream<Path> shelves = Files.list(temp)) {
      for (Path each : shelves.toList()) {
        if (!each.equals(temp.resolve(SHELF))) {
          Files.delete(each.resolve("db/newest-7.json"));
          Files.copy(newest, each.resolve("db/newest-7.json"));
        }
      }
    }
    assertThat(project.find(NEWEST)).isEmpty();
    assertThat(version(shelf, NEWEST)).isEqualTo(7);
  }

  @Test
  void anyUse_otherFilesAround_passesThemOver() throws Exception {
    Shelf shelf = shelf(temp);
    shelf.keep(NEWEST, sealed("db", 7), TIME);
    List<String> others =
        List.of(
            ".tmp-newest-9.json",
            "8.json",
            "highest-",
            "highest--8",
            "highest-08",
            "highest-8.json",
            "highest-9223372036854775808",
            "newest-",
            "newest-.json",
            "newest-0.json",
            "newest-08.json",
            "newest-8.json.bak",
            "newest-8",
            "newest-99999999999999999999.json",
            "newest.json",
            "pinned-9.json");
    for (String other : others) {
      Files.writeString(place(temp).resolve(other), "other");
    }
    assertThat(shelf(temp).highest(DB)).isEqualTo(7);
    assertThat(version(shelf(temp), NEWEST)).isEqualTo(7);
    shelf.keep(NEWEST, sealed("db", 8), TIME);
    shelf.drop(NEWEST);
    List<String> expected = new ArrayList<>(others);
    // Which are the cache's own by their names.
    expected.removeAll(List.of("pinned-9.json", ".tmp-newest-9.json"));
    expected.add("highest-8");
    assertThat(entries(place(temp))).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void shelf_projectThatClimbs_isRefused() {
    assertThatThrownBy(() -> DiskCache.in(temp).shelf(IDENTITY, "../shop"))
        .isInstanceOf(SecretConfigurationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwx-w----", "rwxrwx---", "rwx----w-", "rwxrwxrwx"})
  void shelf_writableByOthers_isClosedToThem(String permissions) throws Exception {
    shelf(temp).keep(NEWEST, sealed("db", 1), TIME);
    Path directory = temp.resolve(SHELF);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));

    assertThat(shelf(temp).find(NEWEST)).isPresent();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
  }

  @Test
  void shelf_readableByOthers_isFine() throws Exception {
    shelf(temp).keep(NEWEST, sealed("db", 1), TIME);
    Path directory = temp.resolve(SHELF);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(shelf(temp).find(NEWEST)).isPresent();
  }

  @Test
  void shelf_fileInTheWay_isRefused() throws Exception {
    Path file = Files.createFile(temp.resolve("file"));
    for (Path directory : List.of(file, file.resolve("below"))) {
      assertThatThrownBy(() -> shelf(directory))
          .isExactlyInstanceOf(SecretConfigurationException.class)
          .hasMessage(
              "The cache directory "
                  + directory
                  + " cannot be used: "
                  + file
                  + " is a file where a directory belongs. Set LATCHKEY_CACHE_DIR to a directory,"
                  + " or to where one can be made.")
          .hasNoCause();
    }
  }

  @Test
  void anyUse_readOnlyFileSystem_warnsOnceAndThrowsNothing() {
    // The one file system of the JDK that not even the superuser can write.
    Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
    try (var log = new RecordedLog()) {
      Shelf shelf = shelf(root);
      for (long version = 1; version <= 3; version++) {
        shelf.keep(NEWEST, sealed("db", version), TIME);
        shelf.keep(THIRD, sealed("db", 3), TIME);
        shelf.confirm(NEWEST.withKnownVersion(version), TIME);
        shelf.drop(THIRD);
        assertThat(shelf.find(NEWEST)).isEmpty();
      }
      assertThat(shelf.highest(DB)).as("in this process").isEqualTo(3);
      assertThat(warnings(log))
          .containsExactly(
              "WARNING: The cache directory "
                  + root.resolve(SHELF)
                  + " cannot be used: the file system is read-only."
                  + REMEDY);
      shelf(root).keep(NEWEST, sealed("db", 1), TIME);
      assertThat(warnings(log)).as("one a shelf").hasSize(2);
    }
  }

  @Test
  void keep_diskFull_warnsOnceAndKeepsTheFormerOne() throws Exception {
    var unix = Configuration.unix().toBuilder().setBlockSize(4096).setMaxSize(64 << 10).build();
    try (FileSystem small = Jimfs.newFileSystem(unix);
        var log = new RecordedLog()) {
      Path root = small.getPath("/cache");
      Shelf shelf = shelf(root);
      shelf.keep(NEWEST, sealed("db", 1), TIME);
      var identity = new SecretIdentity("shop", DB, 2);
      for (int i = 0; i < 3; i++) {
        shelf.keep(NEWEST, new SealedSecret(identity, new byte[100_000], CREATED), TIME);
      }
      assertThat(warnings(log))
          .containsExactly(
              "WARNING: The cache directory "
                  + root.resolve(SHELF)
                  + " cannot be used: the disk is full."
                  + REMEDY);
      assertThat(entries(root.resolve(SHELF).resolve("db"))).containsExactly("newest-1.json");
      assertThat(version(shelf(root), NEWEST)).isEqualTo(1);
      assertThat(shelf.highest(DB)).isEqualTo(2);
      assertThat(shelf.find(NEWEST)).as("this process has seen a newer one").isEmpty();
      shelf.keep(NEWEST, sealed("db", 1), TIME.plusSeconds(9));
      assertThat(shelf(root).find(NEWEST).orElseThrow().confirmedAt()).isEqualTo(TIME);

      shelf.keep(NEWEST, sealed("db", 2), TIME);
      assertThat(version(shelf(root), NEWEST)).isEqualTo(2);
    }
  }

  @Test
  void anyUse_fileInTheWayOfASecret_warnsOnceAndThrowsNothing() throws Exception {
    try (var log = new RecordedLog()) {
      Shelf shelf = shelf(temp);
      shelf.keep(CiphertextQuery.newest(SecretName.parse("other")), sealed("other", 1), TIME);
      Path file = Files.createFile(place(temp));
      assertThat(shelf.find(NEWEST)).isEmpty();
      assertThat(shelf.find(THIRD)).isEmpty();
      assertThat(shelf.highest(DB)).isZero();
      shelf.keep(NEWEST, sealed("db", 1), TIME);
      shelf.confirm(NEWEST.withKnownVersion(1), TIME);
      shelf.drop(NEWEST);
      assertThat(warnings(log))
          .containsExactly(
              "WARNING: The cache directory "
                  + temp.resolve(SHELF)
                  + " cannot be used: "
                  + file
                  + " is a file where a directory belongs."
                  + REMEDY);
    }
  }

  @Test
  void anyUse_fileSystemClosed_warnsOnceAndThrowsNothing() throws Exception {
    FileSystem memory = Jimfs.newFileSystem(Configuration.unix());
    Path root = memory.getPath("/cache");
    Shelf shelf = shelf(root);
    shelf.keep(NEWEST, sealed("db", 1), TIME);
    memory.close();
    try (var log = new RecordedLog()) {
      shelf.keep(NEWEST, sealed("db", 2), TIME);
      shelf.confirm(NEWEST.withKnownVersion(2), TIME);
      shelf.drop(NEWEST);
      assertThat(shelf.find(NEWEST)).isEmpty();
      assertThat(shelf.highest(DB)).isEqualTo(2);
      assertThat(warnings(log))
          .containsExactly(
              "WARNING: The cache directory "
                  + root.resolve(SHELF)
                  + " cannot be used: java.nio.file.ClosedFileSystemException."
                  + REMEDY);
    }
  }

  @Test
  void keep_threadIsInterrupted_blamesNoDisk() {
    try (var log = new RecordedLog()) {
      Shelf shelf = shelf(temp);
      Thread.currentThread().interrupt();
      try {
        shelf.keep(NEWEST, sealed("db", 1), TIME);
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(warnings(log)).isEmpty();
      shelf.keep(NEWEST, sealed("db", 1), TIME);
      assertThat(version(shelf, NEWEST)).isEqualTo(1);
    }
  }

  @Test
  void caching_noRight_saysSo() {
    assertThat(
            StoreFailures.caching(temp, temp.resolve("db"), 1, new AccessDeniedException("/cache")))
        .isEqualTo(
            "The cache directory "
                + temp
                + " cannot be used: this process has not the right to."
                + REMEDY);
    assertThat(StoreFailures.caching(temp, temp.resolve("db"), 1, new IOException("Disk on fire")))
        .isEqualTo("The cache directory " + temp + " cannot be used: Disk on fire." + REMEDY);
  }
}
