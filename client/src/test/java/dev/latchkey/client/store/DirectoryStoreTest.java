package dev.latchkey.client.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextAnswer.Damaged;
import dev.latchkey.client.source.CiphertextAnswer.NotFound;
import dev.latchkey.client.source.CiphertextAnswer.Sealed;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest {
  private static final SecretName DB = SecretName.parse("db");
  private static final Instant TIME = Instant.parse("2026-11-01T09:30:00Z");

  @TempDir Path temp;

  @Test
  void open_anyRoot_touchesNothing() throws Exception {
    Path root = temp.resolve("a/b");
    DirectoryStore store = DirectoryStore.open(root, "shop");
    assertThat(store.project()).isEqualTo("shop");
    assertThat(store.root()).isEqualTo(root);
    assertThat(entries(temp)).isEmpty();
  }

  @Test
  void open_projectThatClimbs_isRefused() {
    assertThatThrownBy(() -> DirectoryStore.open(temp, "../shop"))
        .isInstanceOf(SecretConfigurationException.class);
  }

  @Test
  void append_first_makesOneFileForItsOwnerAlone() throws Exception {
    Path root = temp.resolve("a/b");
    DirectoryStore.open(root, "shop").append(sealed("My-Secret", 1));

    Path directory = root.resolve("shop").resolve("my-secret");
    assertThat(entries(directory)).containsExactly("1.json");
    assertThat(Files.readString(directory.resolve("1.json")))
        .startsWith("{\n  \"format\": \"latchkey.secret.v1\",\n  \"project\": \"shop\"");
    assertThat(permissions(directory.resolve("1.json"))).isEqualTo("rw-------");
    assertThat(permissions(directory)).isEqualTo("rwx------");
    assertThat(permissions(root)).isEqualTo("rwx------");
  }

  @Test
  void append_anyBytes_comeBack() {
    DirectoryStore store = DirectoryStore.open(temp, "shop");
    var random = new Random(5);
    for (int i = 1; i <= 60; i++) {
      byte[] bytes = new byte[random.nextInt(1 << random.nextInt(16))];
      random.nextBytes(bytes);
      String name = "n" + Long.toString(random.nextLong(1L << 40), 36);
      var identity = new SecretIdentity("shop", SecretName.parse(name), 1);
      store.append(new SealedSecret(identity, bytes, TIME));
      assertThat(ciphertext(store, identity.name())).isEqualTo(bytes);
    }
  }

  @Test
  void append_tooLarge_isRefusedBeforeAnythingIsMade() throws Exception {
    var identity = new SecretIdentity("shop", DB, 1);
    var large = new SealedSecret(identity, new byte[SealedSecret.MAX_CIPHERTEXT_BYTES + 1], TIME);
    assertThatThrownBy(() -> DirectoryStore.open(temp, "shop").append(large))
        .isInstanceOf(SecretValueException.class)
        .hasMessage(
            "A ciphertext of 1114113 bytes is over the limit of 1114112. Store a smaller value, or"
                + " the key of a file that is encrypted with it.");
    assertThat(entries(temp)).isEmpty();
  }

  @Test
  void append_newestIsDamaged_isRefused() throws Exception {
    DirectoryStore store = withDb();
    Files.writeString(file(1), "");
    assertThatThrownBy(() -> store.append(sealed("db", 2)))
        .isInstanceOf(SecretProtocolException.class);
    assertThat(entries(temp.resolve("shop/db"))).containsExactly("1.json");
  }

  @Test
  void anyRead_rootIsMissing_isNotMistakenForNotFound() {
    DirectoryStore store = DirectoryStore.open(temp.resolve("typo"), "shop");
    String message =
        "The store directory "
            + temp.resolve("typo")
            + " does not exist. Check the path; the directory is made when the first secret is"
            + " created.";
    assertThatThrownBy(() -> fetch(store, CiphertextQuery.newest(DB)))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage(message);
    assertThatThrownBy(store::list).hasMessage(message);
    assertThat(store.find(DB)).isEmpty();
  }

  @Test
  void fetch_projectIsMissing_isNotFound() {
    withDb();
    assertThat(fetch(DirectoryStore.open(temp, "shop2"), CiphertextQuery.newest(DB)))
        .isEqualTo(new NotFound(Optional.empty()));
  }

  @Test
  void fetch_misspelt_offersTheNearestLiveName() throws Exception {
    DirectoryStore store = DirectoryStore.open(temp, "shop");
    store.append(sealed("DB-password", 1));
    store.append(sealed("db-pasword", 1));
    store.delete(SecretName.parse("db-pasword"), 2, TIME);
    store.append(sealed("db-passwor", 1));
    Files.writeString(temp.resolve("shop/db-passwor/1.json"), "damaged");
    Files.createDirectories(temp.resolve("shop/db-passwo"));
    var query = CiphertextQuery.newest(SecretName.parse("db-passwo"));
    assertThat(fetch(store, query))
        .isEqualTo(new NotFound(Optional.of(SecretName.parse("db-password"))));
  }

  @Test
  void anyRead_otherFilesAround_passesThemOver() throws Exception {
    DirectoryStore store = withDb();
    for (String other :
        List.of(
            "02.json",
            "0.json",
            "-3.json",
            "2.json.bak",
            "2",
            ".json",
            "x.json",
            ".tmp-1",
            "9223372036854775808.json",
            "9999999999999999999.json",
            "10000000000000000000.json")) {
      Files.writeString(file(1).resolveSibling(other), "other");
    }
    Files.createDirectories(temp.resolve("shop/.git"));
    Files.createDirectories(temp.resolve("shop/Upper"));
    Files.createDirectories(temp.resolve("shop/empty"));
    Files.writeString(temp.resolve("shop/notes"), "note");
    assertThat(store.list()).extracting(StoredSecret::version).containsExactly(1L);
    assertThat(fetch(store, CiphertextQuery.newest(DB))).isInstanceOf(Sealed.class);
  }

  @Test
  void fetch_newest_opensNoOtherFile() throws Exception {
    DirectoryStore store = withDb();
    store.append(sealed("db", 2));
    Files.writeString(file(1), "damaged");
    assertThat(fetch(store, CiphertextQuery.newest(DB))).isInstanceOf(Sealed.class);
    assertThatThrownBy(() -> fetch(store, CiphertextQuery.pinned(DB, 1)))
        .isInstanceOf(SecretProtocolException.class);
  }

  @Test
  void fetch_everyPrefixOfTheFile_isRefused() throws Exception {
    DirectoryStore store = withDb();
    byte[] whole = Files.readAllBytes(file(1));
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file(1), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> fetch(store, CiphertextQuery.newest(DB)))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessageStartingWith("The file shop/db/1.json is not a whole version of a secret. ")
          .hasNoCause();
    }
    Files.write(file(1), whole);
    assertThat(fetch(store, CiphertextQuery.newest(DB))).isInstanceOf(Sealed.class);
  }

  @Test
  void fetch_fileCopiedElsewhere_isRefused() throws Exception {
    DirectoryStore store = withDb();
    for (String place : List.of("shop/db/2.json", "shop/other/1.json", "shop2/db/1.json")) {
      Path copy = temp.resolve(place);
      Files.createDirectories(copy.resolve("..").normalize());
      Files.copy(file(1), copy);
      var there = DirectoryStore.open(temp, place.substring(0, place.indexOf('/')));
      var name = SecretName.parse(place.split("/", -1)[1]);
      assertThatThrownBy(() -> fetch(there, CiphertextQuery.newest(name)))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessageStartingWith(
              "The file " + place + " holds another project, name or version than its path says.");
      Files.delete(copy);
    }
    assertThat(fetch(store, CiphertextQuery.newest(DB))).isInstanceOf(Sealed.class);
  }

  @Test
  void fetch_fileOverTheLimit_isRefusedUnread() throws Exception {
    DirectoryStore store = withDb();
    byte[] whole = Files.readAllBytes(file(1));
    byte[] padded = Arrays.copyOf(whole, VersionFile.MAX_BYTES);
    Arrays.fill(padded, whole.length, padded.length, (byte) ' ');
    Files.write(file(1), padded);
    assertThat(fetch(store, CiphertextQuery.newest(DB))).isInstanceOf(Sealed.class);
    byte[] over = Arrays.copyOf(padded, padded.length + 1);
    over[padded.length] = ' ';
    Files.write(file(1), over);
    assertThatThrownBy(() -> fetch(store, CiphertextQuery.newest(DB)))
        .isInstanceOf(SecretProtocolException.class);
  }

  @Test
  void fetch_versionIsADirectory_isRefused() throws Exception {
    DirectoryStore store = withDb();
    Files.createDirectory(temp.resolve("shop/db/2.json"));
    assertThatThrownBy(() -> fetch(store, CiphertextQuery.newest(DB)))
        .isInstanceOf(SecretProtocolException.class);
  }

  @Test
  void fetch_olderVersionRemoved_isMissingNotNotFound() throws Exception {
    DirectoryStore store = withDb();
    store.append(sealed("db", 2));
    Files.delete(file(1));
    assertThatThrownBy(() -> fetch(store, CiphertextQuery.pinned(DB, 1)))
        .isExactlyInstanceOf(SecretProtocolException.class)
        .hasMessage(
            "The file shop/db/1.json is missing. Try again; if it stays so, restore it from a"
                + " backup or from version control.");
  }

  @Test
  void fetch_mountedVolume_followsLinks() throws Exception {
    withDb();
    Path volume = Files.createDirectory(temp.resolve("volume"));
    Files.createDirectories(volume.resolve("..2026_11_01"));
    Files.move(temp.resolve("shop"), volume.resolve("..2026_11_01/shop"));
    Files.createSymbolicLink(volume.resolve("..data"), Path.of("..2026_11_01"));
    Files.createSymbolicLink(volume.resolve("shop"), Path.of("..data/shop"));
    DirectoryStore store = DirectoryStore.open(volume, "shop");
    assertThat(fetch(store, CiphertextQuery.newest(DB))).isInstanceOf(Sealed.class);
    assertThat(store.list()).hasSize(1);
  }

  @Test
  void fetch_timeIsUp_isUnavailable() {
    DirectoryStore store = withDb();
    List<CiphertextQuery> queries = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      queries.add(CiphertextQuery.newest(DB));
    }
    var request = FetchRequest.of(queries, Duration.ofNanos(1));
    assertThatThrownBy(() -> store.fetch(request))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage("The store did not answer in time. Look at the disk, or allow more time.");
  }

  @Test
  void append_leftoversOfKilledWriters_removesTheOldOnes() throws Exception {
    DirectoryStore store = withDb();
    Path old = Files.writeString(file(1).resolveSibling(".tmp-old"), "half");
    Path young = Files.writeString(file(1).resolveSibling(".tmp-young"), "half");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
    Files.setLastModifiedTime(young, FileTime.from(Instant.now().minus(Duration.ofMinutes(50))));
    store.append(sealed("db", 2));
    assertThat(entries(temp.resolve("shop/db"))).containsExactly(".tmp-young", "1.json", "2.json");
  }

  @Test
  void append_readOnlyFileSystem_saysSo() {
    // The one file system of the JDK that not even the superuser can write.
    Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
    assertWriteFails(
        root, "the file system is read-only. Mount it for writing, or use another store.");
  }

  @Test
  void append_diskFull_saysSoAndLeavesNothing() throws Exception {
    var unix = Configuration.unix().toBuilder().setBlockSize(4096).setMaxSize(64 << 10).build();
    try (FileSystem small = Jimfs.newFileSystem(unix)) {
      Path root = small.getPath("/store");
      DirectoryStore store = DirectoryStore.open(root, "shop");
      store.append(sealed("db", 1));
      var large = new SealedSecret(new SecretIdentity("shop", DB, 2), new byte[100_000], TIME);
      assertThatThrownBy(() -> store.append(large))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(
              "The secret 'db' cannot be written to the store directory /store: the disk is full."
                  + " Make room, then try again.");
      assertThat(entries(root.resolve("shop/db"))).containsExactly("1.json");
      store.append(sealed("db", 2));
      assertThat(fetch(store, CiphertextQuery.newest(DB))).isInstanceOf(Sealed.class);
    }
  }

  @Test
  void append_noHardLinks_saysSoAndLeavesNothing() throws Exception {
    var flat = Configuration.unix().toBuilder().setSupportedFeatures(Feature.FILE_CHANNEL).build();
    try (FileSystem files = Jimfs.newFileSystem(flat)) {
      Path root = files.getPath("/store");
      assertWriteFails(
          root,
          "the file system makes no hard links. Keep the store on a file system that does, such as"
              + " ext4, XFS, APFS or NTFS.");
      assertThat(entries(root.resolve("shop/db"))).isEmpty();
    }
  }

  @Test
  void anyUse_fileInTheWay_saysWhich() throws Exception {
    Path file = Files.createFile(temp.resolve("file"));
    Path project = Files.createFile(temp.resolve("shop"));
    for (Path root : List.of(file, file.resolve("below"), temp)) {
      DirectoryStore store = DirectoryStore.open(root, "shop");
      String why =
          " cannot be read: "
              + (root.equals(temp) ? project : file)
              + " is a file where a directory belongs. Name the directory that holds the projects.";
      String message = "The secret 'db' in the store directory " + root + why;
      assertThatThrownBy(() -> fetch(store, CiphertextQuery.newest(DB)))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(message)
          .hasNoCause();
      assertThatThrownBy(() -> store.append(sealed("db", 1))).hasMessage(message);
      assertThatThrownBy(store::list).hasMessage("The store directory " + root + why);
    }
  }

  @Test
  void failures_noRight_saySo() {
    var denied = new AccessDeniedException("/store/shop");
    assertThat(StoreFailures.reading(temp, DB, temp, denied))
        .hasMessage(
            "The secret 'db' in the store directory "
                + temp
                + " cannot be read: this process has not the right to. Let the user of this process"
                + " read the directory and what is in it.")
        .hasNoCause();
    assertThat(StoreFailures.writing(temp, DB, temp, 1, denied))
        .hasMessage(
            "The secret 'db' cannot be written to the store directory "
                + temp
                + ": this process has not the right to. Let the user of this process write to the"
                + " directory and what is in it.")
        .hasNoCause();
  }

  private static void assertWriteFails(Path root, String why) {
    assertThatThrownBy(() -> DirectoryStore.open(root, "shop").append(sealed("db", 1)))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage("The secret 'db' cannot be written to the store directory " + root + ": " + why)
        .hasNoCause();
  }

  private DirectoryStore withDb() {
    DirectoryStore store = DirectoryStore.open(temp, "shop");
    store.append(sealed("db", 1));
    return store;
  }

  private Path file(int version) {
    return temp.resolve("shop").resolve("db").resolve(version + ".json");
  }

  private static SealedSecret sealed(String name, long version) {
    var identity = new SecretIdentity("shop", SecretName.parse(name), version);
    return new SealedSecret(identity, new byte[] {1, 2, 3, (byte) version}, TIME);
  }

  private static byte[] ciphertext(DirectoryStore store, SecretName name) {
    return ((Sealed) fetch(store, CiphertextQuery.newest(name))).secret().ciphertext();
  }

  private static CiphertextAnswer fetch(DirectoryStore store, CiphertextQuery query) {
    CiphertextAnswer answer =
        store.fetch(FetchRequest.of(List.of(query), Duration.ofSeconds(20))).get(0);
    if (answer instanceof Damaged damaged) {
      throw damaged.failure();
    }
    return answer;
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<String> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
